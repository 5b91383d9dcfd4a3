import koffi from 'koffi';

const SCHED_FIFO = 1;
// So that whatever the thread starts does not inherit it.
const SCHED_RESET_ON_FORK = 0x40000000;
// The limit (systemd's LimitRTPRIO, limits.conf) is often lower than what one would like.
const PRIORITIES = [50, 20, 10, 5, 1];

/**
 * Asks for SCHED_FIFO for the calling thread, at priority 50 or the highest below that is permitted. Without the
 * permission all stays as it is. Returns what was got, for a log line.
 */
export function requestRealtime(): string {
  const setScheduler = schedulerCall();
  const priority = PRIORITIES.find(
    (wanted) => setScheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, Int32Array.of(wanted)) === 0,
  );
  if (priority !== undefined) return `real-time scheduling (SCHED_FIFO, priority ${priority})`;
  return 'normal scheduling (real-time is not permitted: LimitRTPRIO or ulimit -r)';
}

function schedulerCall(): (thread: number, policy: number, parameters: Int32Array) => number {
  try {
    return koffi
      .load('libc.so.6')
      .func('int sched_setscheduler(int thread, int policy, const void *parameters)');
  } catch {
    // Another C library than glibc: no real-time scheduling there.
    return () => -1;
  }
}
