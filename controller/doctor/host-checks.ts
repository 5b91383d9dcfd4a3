import type { SoundCard } from '../../daemon/speaker/devices/sound-cards.ts';
import { type Finding, ok, problem, warning } from './finding.ts';
import type { DaemonFacts, DiskFacts, HostFacts, WifiFacts } from './host-facts.ts';

/** Clocks that a kernel falls back to: read slowly, or in coarse steps. */
const POOR_CLOCKS = ['hpet', 'acpi_pm', 'jiffies', 'refined-jiffies', 'pit'];
const WEAK_SIGNAL_DBM = -70;
const FULL_BYTES = 100e6;
const SCARCE_BYTES = 1e9;

/** Everything that can be told of a host by itself. */
export function hostChecks(facts: HostFacts): Finding[] {
  return [
    clockCheck(facts),
    wallClockCheck(facts),
    ...realtimeChecks(facts),
    ...soundChecks(facts),
    ...wifiChecks(facts.wifi),
    ...facts.disks.map(diskCheck),
    ...lobbyPortChecks(facts),
  ];
}

function clockCheck({ clocksource }: HostFacts): Finding {
  if (clocksource === undefined) return ok('time', 'the kernel does not tell which clock it uses');
  if (!POOR_CLOCKS.includes(clocksource)) return ok('time', `the kernel's clock is ${clocksource}`);
  return warning(
    'time',
    `the kernel has fallen back to the clock ${clocksource}, which is slow or coarse`,
    'see why: dmesg | grep -i clocksource',
  );
}

function wallClockCheck({ ntpSynchronized }: HostFacts): Finding {
  if (ntpSynchronized === undefined) return ok('time', 'whether NTP keeps the wall clock is not known');
  if (ntpSynchronized) return ok('time', 'the wall clock is kept by NTP');
  return warning(
    'time',
    'the wall clock is not kept by NTP: the music is in time all the same, the times in logs may be wrong',
    'sudo timedatectl set-ntp true',
  );
}

const REALTIME_ADVICE =
  "under systemd LimitRTPRIO=95 in the unit (the package's has it); else a line `@audio - rtprio 95` in /etc/security/limits.d/audio.conf, the user in group audio, and a new login";

function realtimeChecks({ daemons, realtimePermitted }: HostFacts): Finding[] {
  const speakers = daemons.filter(({ kind }) => kind === 'speaker');
  if (speakers.length > 0) return speakers.map(runningRealtimeCheck);
  if (realtimePermitted) return [ok('realtime', 'real-time scheduling is permitted')];
  const found = 'this user may not have real-time scheduling, and no speaker runs here that shows otherwise';
  return [warning('realtime', found, `for a speaker: ${REALTIME_ADVICE}`)];
}

function runningRealtimeCheck({ pid, realtimePriority }: DaemonFacts): Finding {
  const who = `jam-speaker (process ${pid})`;
  if (realtimePriority !== undefined)
    return ok('realtime', `${who} plays with real-time priority ${realtimePriority}`);
  return warning(
    'realtime',
    `${who} plays without real-time priority: xruns when the host is busy`,
    REALTIME_ADVICE,
  );
}

function soundChecks({ cards, soundPermitted, daemons }: HostFacts): Finding[] {
  if (cards.length === 0) {
    const advice = 'plug one in, or enable the output of the board; aplay -l lists what the kernel sees';
    return [
      warning('sound', 'no sound card that can play: fine for a coordinator, not for a speaker', advice),
    ];
  }
  const speakers = daemons.filter(({ kind }) => kind === 'speaker').map(({ pid }) => pid);
  const findings = cards.map((card) => cardCheck(card, speakers));
  if (soundPermitted !== false) return findings;
  const found = 'this user may not open the sound devices';
  return [
    ...findings,
    warning(
      'sound',
      found,
      'for a speaker that this user starts: sudo usermod -aG audio $USER, and a new login',
    ),
  ];
}

function cardCheck({ id, name, playback }: SoundCard, speakers: readonly number[]): Finding {
  const what = `card ${id} (${name})`;
  const holders = playback.flatMap((device) => device.holders);
  const others = holders.filter(({ pid }) => !speakers.includes(pid));
  if (holders.length === 0) return ok('sound', `${what} is free`);
  if (others.length === 0) return ok('sound', `${what} is used by jam-speaker`);
  const who = others.map(({ pid, program }) => `${program || 'a program'} (process ${pid})`).join(', ');
  return warning('sound', `${what} is used by ${who}`, 'stop it, or give jam-speaker another --device');
}

function wifiChecks(wifi: readonly WifiFacts[]): Finding[] {
  if (wifi.length === 0) return [ok('wifi', 'no Wi-Fi here')];
  return wifi.flatMap((one) => [powerSaveCheck(one), ...signalChecks(one)]);
}

function powerSaveCheck({ name, powerSave }: WifiFacts): Finding {
  if (powerSave === undefined) {
    const found = `whether ${name} saves power, which delays what it hears by up to 100 ms, can't be known`;
    return warning('wifi', found, 'sudo apt install iw, then ask again');
  }
  if (!powerSave) return ok('wifi', `${name} does not save power`);
  return warning(
    'wifi',
    `${name} saves power: what it hears is delayed by up to 100 ms`,
    `sudo iw dev ${name} set power_save off; to keep it so, with NetworkManager: nmcli connection modify CONNECTION 802-11-wireless.powersave 2`,
  );
}

function signalChecks({ name, signalDbm }: WifiFacts): Finding[] {
  if (signalDbm === undefined) return [];
  if (signalDbm >= WEAK_SIGNAL_DBM) return [ok('wifi', `${name} hears its access point at ${signalDbm} dBm`)];
  const found = `${name} hears its access point at ${signalDbm} dBm only`;
  return [warning('wifi', found, 'move it or the access point, or use a cable')];
}

function diskCheck({ path, freeBytes, diskBytes }: DiskFacts): Finding {
  const found = `${path} has ${gigabytes(freeBytes)} of ${gigabytes(diskBytes)} free`;
  if (freeBytes < FULL_BYTES)
    return problem('disk', found, 'make room: commands and uploads will be refused');
  if (freeBytes < SCARCE_BYTES) return warning('disk', found, 'make room soon');
  return ok('disk', found);
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

function lobbyPortChecks({ lobbyPortHolder, daemons }: HostFacts): Finding[] {
  const isOurs = daemons.some(({ kind }) => kind === 'coordinator');
  if (lobbyPortHolder === undefined || isOurs) return [];
  const found = `port 7400 of this host is used by ${lobbyPortHolder}`;
  return [
    warning('ports', found, 'for a coordinator here: stop that, or give jam-coordinator another --port'),
  ];
}
