import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { monotonicClock } from '../../../local-clock.ts';
import type { DeviceHolder, PlaybackDevice, SoundCard } from '../../devices/sound-cards.ts';
import { AlsaSink } from './alsa-sink.ts';
import { SinkError, type SinkFormat } from './sink.ts';

// The devices are plugins that libasound ships: a plug with a fixed slave has, as Jam opens it, only what the slave
// has, as a sound card would. `file` writes what it gets into a file.
const folder = mkdtempSync(join(tmpdir(), 'jam-alsa-'));
const captured = (name: string): string => join(folder, `${name}.raw`);
const control = join(folder, 'control');
const testDac = join(folder, 'test-dac.so');

const card = (name: string, slave: string): string => `
  pcm.${name} { type plug slave { pcm null ${slave} } }
  pcm.${name}-captured { type file slave.pcm ${name} file "${captured(name)}" format raw }`;

writeFileSync(
  join(folder, 'alsa.conf'),
  `</usr/share/alsa/alsa.conf>
  ${card('cd', 'format S16_LE rate 44100 channels 2')}
  ${card('studio', 'format S32_LE rate 96000 channels 2')}
  ${card('usb24', 'format S24_3LE rate 48000 channels 2')}
  ${card('padded24', 'format S24_LE channels 2')}
  ${card('analogue', 'format FLOAT_LE channels 2')}
  ${card('phone', 'format S16_LE rate 22050 channels 1')}
  ${card('surround', 'format S32_LE rate 48000 channels 8')}
  ${card('foreign', 'format S16_BE rate 44100 channels 2')}
  pcm.sixteen { type multi slaves.a { pcm null channels 16 }
    bindings { ${Array.from({ length: 16 }, (_, i) => `${i} { slave a channel ${i} }`).join(' ')} } }
  pcm.wrong { type nosuchtype }
  pcm.!plughw { @args [ CARD ] @args.CARD { type string } type plug slave { pcm null rate 96000 } }
  pcm_type.jamtest { lib "${testDac}" }
  pcm.test-dac { type jamtest control "${control}" }
`,
);
process.env.ALSA_CONFIG_PATH = join(folder, 'alsa.conf');

test.after.always(() => rmSync(folder, { recursive: true }));

function hasTestDac(): boolean {
  try {
    const source = join(import.meta.dirname, 'test-dac.fixture.c');
    execFileSync('gcc', ['-shared', '-fPIC', '-DPIC', source, '-o', testDac, '-lasound'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

function silence(frames: number): Float32Array {
  return new Float32Array(frames * 2);
}

const agrees = test.macro({
  title: (_, device: string) => `agrees with ${device} on the best that it has`,
  exec: (t, device: string, expected: Partial<SinkFormat>) => {
    const sink = new AlsaSink(device, monotonicClock);
    const format = sink.open();
    sink.close();
    t.like(format, { device, ...expected });
    const bufferMs = (format.bufferFrames / format.rate) * 1000;
    t.true(bufferMs > 200 && bufferMs < 300, `${bufferMs} ms of buffer`);
  },
});

test(agrees, 'cd', { rate: 44_100, channels: 2, sampleFormat: 'S16' });
test(agrees, 'studio', { rate: 96_000, channels: 2, sampleFormat: 'S32' });
test(agrees, 'usb24', { rate: 48_000, channels: 2, sampleFormat: 'S24' });
test(agrees, 'padded24', { rate: 48_000, channels: 2, sampleFormat: 'S24' });
test(agrees, 'analogue', { rate: 48_000, channels: 2, sampleFormat: 'FLOAT' });
test(agrees, 'phone', { rate: 22_050, channels: 1, sampleFormat: 'S16' });
test(agrees, 'surround', { rate: 48_000, channels: 8, sampleFormat: 'S32' });
test(agrees, 'null', { rate: 48_000, channels: 2, sampleFormat: 'S32' });

test('has ALSA convert for a device with no format of Jam’s, at the device’s own rate', (t) => {
  const sink = new AlsaSink('foreign', monotonicClock);
  t.like(sink.open(), { rate: 44_100, sampleFormat: 'S32' });
  sink.close();
});

const refuses = test.macro({
  title: (_, device: string) => `refuses ${device} with the reason`,
  exec: (t, device: string, reason: SinkError['reason'], message: RegExp) => {
    const sink = new AlsaSink(device, monotonicClock);
    const error = t.throws(() => sink.open(), { instanceOf: SinkError, message });
    t.is(error.reason, reason);
  },
});

test(refuses, 'nonsense', 'missing', /no sound device "nonsense": there is .+ --list-devices/);
test(refuses, 'hw:31', 'missing', /no sound device "hw:31"/);
test(refuses, 'wrong', 'missing', /no sound device "wrong"/);
test(refuses, 'sixteen', 'unsupported', /"sixteen" has 16 channels/);

const cards: readonly SoundCard[] = [
  { number: 0, id: 'Headphones', name: 'bcm2835 Headphones', playback: [device()] },
  { number: 1, id: 'DAC', name: 'USB Audio DAC', playback: [device({ pid: 812, program: 'mpd' })] },
  { number: 2, id: 'Device', name: 'USB Audio Device', playback: [device()] },
];

function device(...holders: DeviceHolder[]): PlaybackDevice {
  return { device: 0, name: 'PCM', holders };
}

test('a card is found by its name', (t) => {
  const sink = new AlsaSink('audio dac', monotonicClock, () => cards);
  t.like(sink.open(), { device: 'audio dac', rate: 96_000 });
  sink.close();
});

test('a name that several cards have, or none, is refused with those that are there', (t) => {
  const open = (name: string) => () => new AlsaSink(name, monotonicClock, () => cards).open();
  t.throws(open('USB Audio'), {
    message: 'the sound device "USB Audio" can be any of plughw:CARD=DAC, plughw:CARD=Device: say which',
  });
  t.throws(open('HDMI'), { message: /no sound device "HDMI": there is plughw:CARD=Headphones \(bcm2835/ });
  t.throws(() => new AlsaSink('HDMI', monotonicClock, () => []).open(), {
    message: /there is no sound card/,
  });
});

/** Plays four samples, clipped beyond full scale, on a device that captures the bytes. */
function captureOf(name: string): Buffer {
  const sink = new AlsaSink(`${name}-captured`, monotonicClock);
  sink.open();
  sink.start(Float32Array.of(0.5, -0.5));
  sink.write(Float32Array.of(2, -2));
  sink.close();
  return readFileSync(captured(name));
}

test('packs samples as the device wants them', (t) => {
  t.is(captureOf('studio').toString('hex'), '00000040000000c0ffffff7f00000080');
  t.is(captureOf('padded24').toString('hex'), '000040000000c0ffffff7f00000080ff');
  t.is(captureOf('usb24').toString('hex'), '0000400000c0ffff7f000080');
  t.is(captureOf('analogue').toString('hex'), '0000003f000000bf0000803f000080bf');
});

test('a 16-bit device gets dither of one step at most', (t) => {
  const samples = captureOf('cd');
  t.is(samples.length, 8);
  for (const [i, wanted] of [16_384, -16_384, 32_767, -32_768].entries()) {
    t.true(
      Math.abs(samples.readInt16LE(2 * i) - wanted) <= 2,
      `sample ${i} is ${samples.readInt16LE(2 * i)}`,
    );
  }
});

test('copes with a device that consumes all at once', (t) => {
  const sink = new AlsaSink('null', monotonicClock);
  const { bufferFrames } = sink.open();
  sink.start(silence(2_880));
  for (let i = 0; i < 10; i++) t.true(sink.write(silence(sink.writableFrames())));
  t.like(sink.status(), { state: 'running', writtenFrames: 2_880 + 10 * bufferFrames, delayFrames: 0 });
  sink.close();
});

test('takes as much of a prefill as the buffer holds', (t) => {
  const sink = new AlsaSink('null', monotonicClock);
  const { bufferFrames } = sink.open();
  sink.start(silence(bufferFrames + 1_000));
  t.is(sink.status().writtenFrames, bufferFrames);
  sink.close();
});

test('stamps its status by the clock that it was handed', (t) => {
  const sink = new AlsaSink('null', monotonicClock);
  sink.open();
  sink.start(silence(480));
  const before = monotonicClock();
  const { atLocalUs } = sink.status();
  t.true(before <= atLocalUs && atLocalUs <= monotonicClock(), `${atLocalUs - before} µs after the call`);
  sink.close();
});

test('a closed sink says so, and can be opened again', (t) => {
  const sink = new AlsaSink('null', monotonicClock);
  t.throws(() => sink.status(), { message: /"null" is not open/ });
  sink.open();
  sink.close();
  sink.close();
  t.is(sink.open().device, 'null');
  sink.close();
});

const withTestDac = hasTestDac() ? test.serial : test.serial.skip;

/** A running test DAC, closed and whole again after the test. */
function startedTestDac(t: { teardown(fn: () => void): void }, prefillFrames: number): AlsaSink {
  rmSync(control, { force: true });
  const sink = new AlsaSink('test-dac', monotonicClock);
  t.teardown(() => {
    rmSync(control, { force: true });
    sink.close();
  });
  sink.open();
  sink.start(silence(prefillFrames));
  return sink;
}

/** Spins, as what is waited for is the device's own time going by, until then or for a second. */
function until(condition: () => boolean): boolean {
  const limitUs = monotonicClock() + 1e6;
  while (!condition()) if (monotonicClock() > limitUs) return false;
  return true;
}

withTestDac('delay and stamp belong together: what was heard advances at the device’s rate', (t) => {
  const sink = startedTestDac(t, 9_600);
  const first = sink.status();
  t.true(until(() => sink.status().delayFrames < 7_200));
  const last = sink.status();
  const heardFrames = first.delayFrames - last.delayFrames;
  const errorUs = (heardFrames / 48_000) * 1e6 - (last.atLocalUs - first.atLocalUs);
  t.true(Math.abs(errorUs) < 500, `${errorUs} µs apart`);
  t.is(last.writtenFrames, 9_600);
});

withTestDac('a device that ran dry takes nothing until it is started again', (t) => {
  const sink = startedTestDac(t, 480);
  t.true(
    until(() => sink.status().state === 'xrun'),
    'no xrun within a second',
  );
  t.is(sink.writableFrames(), 12_000);
  t.false(sink.write(silence(480)));
  sink.start(silence(4_800));
  t.like(sink.status(), { state: 'running', writtenFrames: 4_800 });
  t.true(sink.write(silence(480)));
  t.is(sink.status().writtenFrames, 5_280);
});

withTestDac('a device that was suspended counts as run dry', (t) => {
  const sink = startedTestDac(t, 9_600);
  writeFileSync(control, 'suspend');
  t.is(sink.status().state, 'xrun');
  t.false(sink.write(silence(480)));
  rmSync(control);
  sink.start(silence(4_800));
  t.is(sink.status().state, 'running');
});

withTestDac('a device that was unplugged is gone, and plays on when it is back', (t) => {
  const sink = startedTestDac(t, 9_600);
  const ENODEV = '19';
  writeFileSync(control, ENODEV);
  t.false(sink.write(silence(480)));
  t.throws(() => sink.start(silence(480)), { message: /"test-dac" is gone: preparing it: No such device/ });
  sink.close();
  t.throws(() => sink.open(), { message: /no sound device "test-dac"/ });
  rmSync(control);
  sink.open();
  sink.start(silence(4_800));
  t.is(sink.status().state, 'running');
});

withTestDac('a device that another program holds is busy', (t) => {
  startedTestDac(t, 480);
  const EBUSY = '16';
  writeFileSync(control, EBUSY);
  const another = new AlsaSink('test-dac', monotonicClock, () => cards);
  t.throws(() => another.open(), {
    name: 'SinkError',
    message: /"test-dac" is in use by mpd \(process 812\)/,
  });
});
