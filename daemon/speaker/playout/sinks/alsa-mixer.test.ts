import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { amplitudeOf, GainRamp } from '../gain.ts';
import { Loudness } from '../loudness.ts';
import { AlsaMixer } from './alsa-mixer.ts';

// The mixer is a plugin of libasound that keeps its values in a file; see test-mixer.fixture.c.

const folder = mkdtempSync(join(tmpdir(), 'jam-mixer-'));
const plugin = join(folder, 'test-mixer.so');
const state = join(folder, 'state');
writeFileSync(
  join(folder, 'alsa.conf'),
  `</usr/share/alsa/alsa.conf>
  ctl_type.jamtest { lib "${plugin}" }
  ctl.test-mixer { type jamtest state "${state}" }
`,
);
process.env.ALSA_CONFIG_PATH = join(folder, 'alsa.conf');
test.after.always(() => rmSync(folder, { recursive: true }));

function isBuilt(): boolean {
  try {
    const source = join(import.meta.dirname, 'test-mixer.fixture.c');
    execFileSync('gcc', ['-shared', '-fPIC', '-DPIC', source, '-o', plugin, '-lasound'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

const withMixer = isBuilt() ? test.serial : test.serial.skip;
test.beforeEach(() => writeFileSync(state, 'headphone 100 100 plain 31 switch 0'));

/** What the mixer's controls are at. */
function values() {
  const found = /headphone (\d+) (\d+) plain (\d+) switch (\d)/.exec(readFileSync(state, 'utf8')) ?? [];
  const [left, right, plain, on] = found.slice(1).map(Number);
  return { left, right, plain, on };
}

function mixerOf(name?: string): AlsaMixer {
  return new AlsaMixer('test-mixer', name, () => []);
}

withMixer('a volume moves the hardware’s by the same dB, and the samples stay as they are', (t) => {
  const mixer = mixerOf('Headphone');
  for (const volume of [100, 99, 60, 20, 1]) {
    t.is(mixer.set(amplitudeOf(volume)), 1, `volume ${volume}`);
    t.like(values(), { left: volume, right: volume }, `volume ${volume}`);
  }
  t.is(mixer.problem, '');
  mixer.close();
});

withMixer('what is switched off is switched on', (t) => {
  const mixer = mixerOf('headphone');
  mixer.set(1);
  t.is(values().on, 1);
  mixer.close();
});

withMixer('below the least that the hardware can, the samples’ gain makes up for it', (t) => {
  const mixer = mixerOf('Headphone');
  const gain = mixer.set(amplitudeOf(40) * amplitudeOf(20));
  t.is(values().left, 0, '60 dB down');
  const missingDb = 20 * Math.log10(gain);
  t.true(Math.abs(missingDb + 24) < 0.1, `${missingDb} dB for the remaining 24`);
  mixer.close();
});

withMixer('a control without dB goes with the volume, step by step', (t) => {
  const mixer = mixerOf('Plain');
  for (const [volume, step] of [
    [100, 31],
    [50, 16],
    [1, 0],
  ] as const) {
    t.is(mixer.set(amplitudeOf(volume)), 1);
    t.is(values().plain, step, `volume ${volume}`);
  }
  mixer.close();
});

withMixer('without a name a usual one is taken', (t) => {
  const mixer = mixerOf();
  mixer.set(amplitudeOf(50));
  t.like(values(), { left: 50, plain: 31 });
  mixer.close();
});

withMixer('a control that isn’t there is told of with those that are; the samples do it then', (t) => {
  const mixer = mixerOf('Bass');
  t.is(mixer.set(0.25), 0.25);
  t.is(
    mixer.problem,
    'the mixer of the sound device "test-mixer" has no volume "Bass": there is Headphone, Plain',
  );
});

withMixer('a mixer that is unplugged and put back is used again', (t) => {
  const mixer = mixerOf('Headphone');
  mixer.set(1);
  rmSync(state);
  t.is(mixer.set(0.5), 0.5);
  t.not(mixer.problem, '');
  writeFileSync(state, 'headphone 7 7 plain 31 switch 0');
  t.is(mixer.set(amplitudeOf(30)), 1);
  t.is(mixer.problem, '');
  t.is(values().left, 30);
  mixer.close();
});

test('without a mixer the samples do it, and that is said', (t) => {
  const mixer = new AlsaMixer('nonsense', undefined, () => []);
  t.is(mixer.set(0.5), 0.5);
  t.regex(mixer.problem, /^the mixer of the sound device "nonsense" can’t be opened: /);
});

withMixer('mute is the samples’: it fades, and leaves the hardware’s volume alone', (t) => {
  const gain = new GainRamp();
  const loudness = new Loudness(gain, mixerOf('Headphone'));
  const heard = (): number => {
    const out = Float32Array.of(1);
    gain.apply(out, 1, 0, 1);
    return out[0] ?? Number.NaN;
  };
  loudness.setLevels({ roomVolume: 70, speakerVolume: 100, muted: false });
  t.is(heard(), 1);
  loudness.setLevels({ roomVolume: 70, speakerVolume: 100, muted: true });
  t.is(heard(), 0);
  loudness.setLevels({ roomVolume: 0, speakerVolume: 100, muted: false });
  t.is(heard(), 0);
  t.is(values().left, 70);
  loudness.close();
});
