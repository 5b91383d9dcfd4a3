import { type Checks, expect, newerPackage, unitState } from './checks.ts';
import type { Machine } from './machine.ts';
import { checkRoomHost } from './room-host.ts';
import { until } from './run.ts';
import { loudnessOf, writeTone } from './tone.ts';

const RECORDING = '/var/lib/jam/speaker/heard.wav';
/** The simulated DAC needs no card, which the unit asks for: this stands for it. */
const A_CARD = 'd /dev/snd 0755 root root\nf /dev/snd/controlC0 0660 root audio\n';
const PLAYS_WITHIN_MS = 60_000;
const WATCHDOG_WITHIN_MS = 60_000;

/** What a package promises on a machine that boots, in the order of a device's life. */
export async function checkInstalled(
  machine: Machine,
  deb: string,
  workDir: string,
  checks: Checks,
): Promise<void> {
  const check = checks.check.bind(checks);
  writeTone(`${workDir}/tone.wav`, 600);

  await check('`apt install ./jam.deb`', async () => {
    machine.copy(deb, '/var/tmp/jam.deb');
    const seconds = await timed(() =>
      machine.must('apt-get install -q -y --no-install-recommends /var/tmp/jam.deb'),
    );
    return `${seconds} s`;
  });
  await check('`jamctl` is compiled, for everybody and by root alone', async () => {
    const seen = (await machine.must('stat -c "%U %a" /usr/lib/jam/jamctl/jamctl.compiled')).trim();
    expect(seen === 'root 644', `it is ${seen}`);
    return seen;
  });
  await check('no sound card: the speaker is not started, and has not failed', async () => {
    const { active, result } = await unitState(machine, 'jam-speaker');
    expect(active === 'inactive' && result === 'success', `it is ${active}, ${result}`);
    return active;
  });
  await check(
    'the coordinator is enabled by a person, and ready when `systemctl enable --now` returns',
    async () => {
      expect((await unitState(machine, 'jam-coordinator')).active === 'inactive', 'it runs already');
      await machine.must('systemctl enable --now jam-coordinator');
      const rooms = await machine.must('jamctl rooms');
      expect(rooms.includes('main'), `jamctl rooms says ${rooms}`);
      const status = await until(
        'status of the coordinator',
        5000,
        async () => (await unitState(machine, 'jam-coordinator')).status || undefined,
      );
      return status;
    },
  );
  await check('with a sound card the speaker starts, in group audio, with real-time scheduling', async () => {
    machine.write('/etc/tmpfiles.d/a-card.conf', A_CARD);
    machine.write('/etc/jam/speaker.toml', `name = "kitchen"\nsink = "sim:ppm=20,record=${RECORDING}"\n`);
    await machine.must('systemd-tmpfiles --create --prefix=/dev/snd /etc/tmpfiles.d/a-card.conf');
    await machine.must('systemctl start jam-speaker');
    const { pid, active } = await unitState(machine, 'jam-speaker');
    expect(active === 'active', `it is ${active}`);
    const groups = await machine.must(`sed -n 's/^Groups:[[:space:]]*//p' /proc/${pid}/status`);
    const audio = (await machine.must('getent group audio')).split(':')[2] ?? '';
    expect(groups.split(/\s/).includes(audio), `its groups are ${groups}, audio is ${audio}`);
    return schedulingOf(machine, pid);
  });
  await check('`jamctl add`, `jamctl play`: it plays', async () => {
    machine.copy(`${workDir}/tone.wav`, '/var/tmp/tone.wav');
    await machine.must('jamctl add /var/tmp/tone.wav && jamctl play');
    return plays(machine);
  });
  await check('what its DAC consumed is the tone', async () => {
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const loudness = loudnessOf(machine.read(RECORDING));
    expect(loudness > 0.3 && loudness < 0.4, `its loudness is ${loudness.toFixed(3)}, 0.354 is expected`);
    return `loudness ${loudness.toFixed(3)}`;
  });
  await check('`systemd-analyze security`: at most 2.0', async () => {
    const units = ['jam-coordinator', 'jam-room-host', 'jam-speaker', 'jam-speaker@shelf'];
    const output = await machine.must(
      `systemd-analyze security --no-pager ${units.join(' ')} 2>&1 | grep Overall || for u in ${units.join(' ')}; do systemd-analyze security --no-pager $u.service | tail -1; done`,
    );
    const levels = [...output.matchAll(/: (\d+\.\d)/g)].map(([, level]) => Number(level));
    expect(levels.length === units.length && levels.every((level) => level <= 2), output);
    return levels.join(', ');
  });
  await checkHealing(machine, checks);
  const restarted = (unit: string, pid: number) => another(machine, unit, pid, WATCHDOG_WITHIN_MS);
  await checkRoomHost(machine, checks, restarted, () => plays(machine));
  await checkChange(machine, deb, workDir, checks);
  await checkLeaving(machine, checks);
}

async function checkHealing(machine: Machine, checks: Checks): Promise<void> {
  const check = checks.check.bind(checks);
  for (const unit of ['jam-speaker', 'jam-coordinator']) {
    await check(`${unit} is stopped by SIGSTOP: the watchdog starts it anew, and it plays on`, async () => {
      const before = await unitState(machine, unit);
      const seconds = await timed(async () => {
        await machine.must(`kill -STOP ${before.pid}`);
        await another(machine, unit, before.pid, WATCHDOG_WITHIN_MS);
      });
      return `ready again after ${seconds} s; ${await plays(machine)}`;
    });
    await check(`${unit} is killed: it is started anew, and it plays on`, async () => {
      const before = await unitState(machine, unit);
      const seconds = await timed(async () => {
        await machine.must(`kill -KILL ${before.pid}`);
        await another(machine, unit, before.pid, WATCHDOG_WITHIN_MS);
      });
      return `ready again after ${seconds} s; ${await plays(machine)}`;
    });
  }
  await check("a room's process is stopped by SIGSTOP: the coordinator starts it anew", async () => {
    const { pid } = await unitState(machine, 'jam-coordinator');
    const rooms = () => machine.must(`cat /proc/${pid}/task/${pid}/children`);
    const before = await rooms();
    await machine.must(`kill -STOP ${before}`);
    const seconds = await timed(() =>
      until('new process of the room', WATCHDOG_WITHIN_MS, async () => {
        const now = await rooms();
        return (now.trim() !== '' && now !== before) || undefined;
      }),
    );
    return `another process after ${seconds} s; ${await plays(machine)}`;
  });
  await check('`systemctl stop` of each ends within 2 s', async () => {
    const speaker = await timed(() => machine.must('systemctl stop jam-speaker'));
    const coordinator = await timed(() => machine.must('systemctl stop jam-coordinator'));
    expect(Math.max(speaker, coordinator) < 2, `speaker ${speaker} s, coordinator ${coordinator} s`);
    await machine.must('systemctl start jam-coordinator jam-speaker');
    return `speaker ${speaker} s, coordinator ${coordinator} s`;
  });
  await check('after a reboot it plays on by itself', async () => {
    await machine.powerOff();
    const seconds = await timed(async () => {
      await machine.boot();
      await plays(machine);
    });
    return `${seconds} s from power on`;
  });
  await check('a wrong setting is named with its line, and not tried again and again', async () => {
    const settings = await machine.must('cat /etc/jam/speaker.toml');
    machine.write('/etc/jam/speaker.toml', `${settings}bufer-ms = 150\n`);
    const { code } = await machine.exec('systemctl restart jam-speaker');
    const log = await machine.must('journalctl -u jam-speaker -o cat --no-pager -n 20');
    const { sub, restarts } = await unitState(machine, 'jam-speaker');
    machine.write('/etc/jam/speaker.toml', settings);
    await machine.must('systemctl restart jam-speaker');
    const line = /^.*speaker\.toml:3.*$/m.exec(log)?.[0];
    expect(
      code !== 0 && sub === 'failed' && restarts === 0 && line !== undefined,
      `${sub}, ${restarts} restarts: ${log}`,
    );
    return line ?? '';
  });
  await check('a second speaker on the host, jam-speaker@shelf, with the null device of ALSA', async () => {
    machine.write('/etc/jam/speaker-shelf.toml', 'device = "null"\n');
    await machine.must('systemctl enable --now jam-speaker@shelf');
    const { status } = await unitState(machine, 'jam-speaker@shelf');
    const names = await machine.must('jamctl speakers');
    await machine.must('systemctl stop jam-speaker@shelf');
    expect(names.includes('shelf'), `jamctl speakers: ${names}`);
    return status;
  });
}

async function checkChange(machine: Machine, deb: string, workDir: string, checks: Checks): Promise<void> {
  await checks.check(
    'an upgrade keeps what is configured and what plays; within 3 s it plays again',
    async () => {
      await plays(machine);
      machine.copy(await newerPackage(deb, workDir), '/var/tmp/newer.deb');
      const watch =
        'while [ ! -e /run/enough ]; do printf "%s %s\\n" "$(date +%s.%N)" "$(systemctl show -P StatusText jam-speaker)"; sleep 0.1; done >/run/seen';
      const watching = machine.exec(watch);
      const seconds = await timed(() => machine.must('apt-get install -q -y /var/tmp/newer.deb'));
      await plays(machine);
      await machine.must('touch /run/enough');
      await watching;
      const gap = longestSilence(await machine.must('cat /run/seen'));
      const version = await machine.must('dpkg-query --show jam');
      expect(version.trim().endsWith('+newer'), `the version is ${version}`);
      expect((await machine.must('cat /etc/jam/speaker.toml')).includes('kitchen'), 'the settings are gone');
      expect(gap <= 3, `it did not play for ${gap.toFixed(1)} s`);
      return `apt took ${seconds} s; not playing for ${gap.toFixed(1)} s`;
    },
  );
}

async function checkLeaving(machine: Machine, checks: Checks): Promise<void> {
  const check = checks.check.bind(checks);
  await check('`apt remove`: the services end; settings, queue and tracks stay', async () => {
    await machine.must('apt-get remove -q -y jam');
    const { output } = await machine.exec(
      'find /proc -maxdepth 1 -user jam; ls /usr/lib/jam /usr/bin/jamctl 2>/dev/null',
    );
    expect(output === '', `there is still ${output}`);
    return (await machine.must('ls -d /etc/jam/* /var/lib/jam/*')).trim().replaceAll('\n', ' ');
  });
  await check('`apt purge`: nothing is left', async () => {
    // What a person has written is theirs.
    await machine.must('rm /etc/jam/speaker-shelf.toml && apt-get purge -q -y jam');
    // Not Ndjamena.
    const found = await machine.must(
      "find / -xdev \\( -name '*jam*' -o -nouser \\) -not -path '/var/tmp/*' -not -path \"$(echo ~root)/*\" -not -path '/proc/*' -not -path '/sys/*' -not -path '*/zoneinfo/*'",
    );
    const left = found.split('\n').filter((path) => path !== '');
    const user = await machine.exec('getent passwd jam; getent group jam');
    expect(left.length === 0 && user.output === '', `there is ${left.join(' ')} ${user.output}`);
    return 'no files, no user, no group';
  });
}

/** What the speaker says of its playout thread's priority; systemd can't raise limits where this host may not. */
async function schedulingOf(machine: Machine, pid: number): Promise<string> {
  const log = await machine.must('journalctl -u jam-speaker -o cat --no-pager');
  const [, said = ''] = /playout thread runs with ([^"\n]*)/.exec(log) ?? [];
  const limit = await machine.must(`sed -n 's/^Max realtime priority *//p' /proc/${pid}/limits`);
  if (/^0\b/.test(limit)) return `not seen: this host gives no real-time priority (${said})`;
  expect(said.includes('SCHED_FIFO'), `its log says "${said}"`);
  return said;
}

/** Waits until the speaker plays; what it then says of itself. */
function plays(machine: Machine): Promise<string> {
  let last = '';
  return until(
    'playing speaker',
    PLAYS_WITHIN_MS,
    async () => {
      last = (await unitState(machine, 'jam-speaker')).status;
      return /, playing \(/.test(last) ? last : undefined;
    },
    () => `It says "${last}"`,
  );
}

function another(machine: Machine, unit: string, pid: number, withinMs: number): Promise<true> {
  return until(`new process of ${unit}`, withinMs, async () => {
    const now = await unitState(machine, unit);
    return (now.active === 'active' && now.pid !== pid && now.pid !== 0) || undefined;
  });
}

/** The longest time, s, in which lines of `time status` don't tell of playing. */
function longestSilence(lines: string): number {
  let longest = 0;
  let played: number | undefined;
  for (const line of lines.split('\n')) {
    const [time, ...status] = line.split(' ');
    // Also with a word on the coordinator that is away: it plays on.
    if (!time || !status.join(' ').includes(', playing')) continue;
    if (played !== undefined) longest = Math.max(longest, Number(time) - played);
    played = Number(time);
  }
  return longest;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return Math.round(performance.now() - startMs) / 1000;
}
