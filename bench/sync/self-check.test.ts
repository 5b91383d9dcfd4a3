import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { median } from '../measure/statistics.ts';
import { music } from '../measure/synthetic.ts';
import { writeWav } from '../measure/wav.ts';
import { needTools } from '../rig/tools.ts';
import { playAplay } from './aplay.ts';
import { parseFaults } from './faults.ts';
import { readOptions } from './options.ts';
import { planHosts } from './plans.ts';
import { run } from './run.ts';

// Network namespaces take root.
const withRoot = process.getuid?.() === 0 ? test.serial : test.serial.skip;

withRoot('two aplay on DACs 70 ppm apart drift by 70 µs per second', async (t) => {
  t.timeout(120_000);
  needTools(false);
  const folder = await mkdtemp(join(tmpdir(), 'jam-self-check-'));
  try {
    const track = join(folder, 'noise.wav');
    await writeWav(track, { rate: 48_000, channels: [music(48_000, 6), music(48_000, 6)] });
    const options = readOptions(['--speakers', '2', '--dac-ppm', '35', '--seconds', '8']);
    const programme = { track, seconds: 8, trackSeconds: 6, isSine: false };
    const { room, disturbances } = await run('aplay', playAplay, options, programme, join(folder, 'aplay'));
    const [first, second] = room.speakers;
    const apartUs = room.timesUs.map((_, i) => {
      const [a, b] = [first?.lateUs[i], second?.lateUs[i]];
      return a == null || b == null ? Number.NaN : a - b;
    });
    const changesUs = apartUs.slice(1).map((us, i) => us - (apartUs[i] ?? Number.NaN));
    // The middle one: an aplay that the machine starves starts over, somewhere else.
    const perSecond = Math.abs(median(changesUs.filter((us) => !Number.isNaN(us)))) * 10;
    t.true(Math.abs(perSecond - 70) < 0.5, `read ${perSecond} µs per second`);
    t.deepEqual(disturbances, [[], []]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('crystals and clocks are spread over what was asked for, the same for the same seed', (t) => {
  const options = readOptions(['--speakers', '4', '--dac-ppm', '60', '--clock-ppm', '50', '--seed', '7']);
  const hosts = planHosts(options);
  t.deepEqual(
    hosts.map(({ dac }) => dac.ppm).toSorted((a, b) => a - b),
    [-60, -20, 20, 60],
  );
  t.deepEqual(planHosts(options), hosts);
  t.notDeepEqual(planHosts({ ...options, seed: 8 }), hosts);
});

test('faults are read with their times, and refused with a sentence', (t) => {
  t.deepEqual(parseFaults('kill-coordinator@20+10,cut@50+5'), [
    { kind: 'kill-coordinator', atS: 20, forS: 10 },
    { kind: 'cut', atS: 50, forS: 5 },
  ]);
  t.throws(() => parseFaults('earthquake@1+1'), { message: /is no fault/ });
});
