import koffi from 'koffi';
import { type LocalClock, localUs } from '../../daemon/units.ts';

const CLOCK_MONOTONIC = 1;
const SYS_CLOCK_GETTIME: Partial<Record<NodeJS.Architecture, number>> = { x64: 228, arm64: 113 };
const TRIES = 5;

/**
 * True monotonic time in µs by a system call of its own, which no preloaded library sees.
 * @throws on an architecture whose call number isn't known here
 */
export function makeTrueClock(): LocalClock {
  const number = SYS_CLOCK_GETTIME[process.arch];
  if (number === undefined) throw new Error(`the number of clock_gettime on ${process.arch} isn't known`);
  const syscall = koffi.load('libc.so.6').func('long syscall(long number, long clock, _Out_ int64_t *at)');
  const at = new BigInt64Array(2);
  return () => {
    syscall(number, CLOCK_MONOTONIC, at);
    return localUs(Number(at[0]) * 1e6 + Number(at[1]) / 1e3);
  };
}

/** True − local, and the local time it is true of: the closest of a few readings around each other. */
export function trueOffset(
  clock: LocalClock,
  trueClock: LocalClock,
): { atLocalUs: number; offsetUs: number } {
  let closestUs = Number.POSITIVE_INFINITY;
  let best = { atLocalUs: 0, offsetUs: 0 };
  for (let i = 0; i < TRIES; i++) {
    const beforeUs = clock();
    const trueUs = trueClock();
    const afterUs = clock();
    if (afterUs - beforeUs >= closestUs) continue;
    closestUs = afterUs - beforeUs;
    const atLocalUs = (beforeUs + afterUs) / 2;
    best = { atLocalUs, offsetUs: trueUs - atLocalUs };
  }
  return best;
}
