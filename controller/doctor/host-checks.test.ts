import test from 'ava';
import type { Finding } from './finding.ts';
import { hostChecks } from './host-checks.ts';
import type { HostFacts } from './host-facts.ts';

const card = {
  number: 1,
  id: 'DAC',
  name: 'USB Audio DAC',
  playback: [{ device: 0, name: 'USB', holders: [] }],
};

const healthy: HostFacts = {
  clocksource: 'arch_sys_counter',
  ntpSynchronized: true,
  realtimePermitted: true,
  daemons: [],
  cards: [card],
  soundPermitted: true,
  wifi: [{ name: 'wlan0', powerSave: false, signalDbm: -50 }],
  disks: [{ path: '/var/lib/jam', freeBytes: 20e9, diskBytes: 30e9 }],
  lobbyPortHolder: undefined,
};

const amiss = (facts: Partial<HostFacts>): Finding[] =>
  hostChecks({ ...healthy, ...facts }).filter(({ verdict }) => verdict !== 'ok');

test('a healthy host is well in all respects', (t) => {
  t.deepEqual(amiss({}), []);
  const checked = new Set(hostChecks(healthy).map(({ check }) => check));
  t.deepEqual([...checked], ['time', 'realtime', 'sound', 'wifi', 'disk']);
});

const finds = test.macro({
  exec(t, facts: Partial<HostFacts>, verdict: Finding['verdict'], found: RegExp, advice: RegExp) {
    const [first, ...more] = amiss(facts);
    t.is(first?.verdict, verdict);
    t.regex(first?.found ?? '', found);
    t.regex(first?.advice ?? '', advice);
    t.deepEqual(more, []);
  },
  title: (_, __: Partial<HostFacts>, verdict: Finding['verdict'], found: RegExp) =>
    `it is a ${verdict} that ${found.source}`,
});

const speaker = { kind: 'speaker', pid: 5, realtimePriority: 50 } as const;
const used = (pid: number, program: string) => ({
  cards: [{ ...card, playback: [{ device: 0, name: 'USB', holders: [{ pid, program }] }] }],
});

test(finds, { clocksource: 'jiffies' }, 'warning', /fallen back to the clock jiffies/, /dmesg/);
test(finds, { ntpSynchronized: false }, 'warning', /not kept by NTP/, /timedatectl set-ntp true/);
test(finds, { realtimePermitted: false }, 'warning', /may not have real-time/, /LimitRTPRIO.*rtprio/);
test(
  finds,
  { daemons: [{ ...speaker, realtimePriority: undefined }] },
  'warning',
  /process 5\) plays without real-time priority/,
  /LimitRTPRIO/,
);
test(finds, { cards: [], soundPermitted: undefined }, 'warning', /no sound card/, /aplay -l/);
test(finds, { soundPermitted: false }, 'warning', /may not open the sound devices/, /usermod -aG audio/);
test(
  finds,
  used(812, 'mpd'),
  'warning',
  /card DAC \(USB Audio DAC\) is used by mpd \(process 812\)/,
  /--device/,
);
test(
  finds,
  { wifi: [{ name: 'wlan0', powerSave: true, signalDbm: undefined }] },
  'warning',
  /wlan0 saves power/,
  /iw dev wlan0 set power_save off/,
);
test(
  finds,
  { wifi: [{ name: 'wlan0', powerSave: undefined, signalDbm: -50 }] },
  'warning',
  /can't be known/,
  /install iw/,
);
test(
  finds,
  { wifi: [{ name: 'wlan0', powerSave: false, signalDbm: -81 }] },
  'warning',
  /at -81 dBm only/,
  /use a cable/,
);
test(
  finds,
  { disks: [{ path: '/d', freeBytes: 5e7, diskBytes: 3e10 }] },
  'problem',
  /\/d has 0\.1 GB of 30\.0 GB free/,
  /make room/,
);
test(finds, { disks: [{ path: '/d', freeBytes: 5e8, diskBytes: 3e10 }] }, 'warning', /0\.5 GB/, /soon/);
test(finds, { lobbyPortHolder: 'nginx (process 3)' }, 'warning', /7400 .* nginx \(process 3\)/, /--port/);

test('what Jam itself uses is as it should be', (t) => {
  t.deepEqual(amiss({ daemons: [speaker], ...used(5, 'node') }), []);
  const coordinator = { kind: 'coordinator', pid: 6, realtimePriority: undefined } as const;
  t.deepEqual(amiss({ daemons: [coordinator], lobbyPortHolder: 'node (process 6)' }), []);
});
