import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { monotonicClock } from '../daemon/local-clock.ts';
import { AlsaSink } from '../daemon/speaker/playout/sinks/alsa-sink.ts';
import { SIM_CHANNELS, SIM_RATE, SimSink } from '../daemon/speaker/playout/sinks/sim-sink.ts';
import type { Sink } from '../daemon/speaker/playout/sinks/sink.ts';
import { WavRecording } from '../daemon/speaker/playout/sinks/wav-recording.ts';
import { localUs } from '../daemon/units.ts';
import { machine } from './machine.ts';
import { type Percentiles, percentiles } from './measure/statistics.ts';

// What a sink's calls cost the playout thread: node bench/alsa-calls.ts [ALSA_PCM…], by default null.
// With a real card, stop what else plays on it first; it hears some seconds of silence.

const CALLS = 2000;
const WARM_UP_CALLS = 200;
const BLOCK_S = 0.01;

interface Result extends Percentiles {
  readonly device: string;
  readonly call: string;
}

/** Plays silence in blocks of 10 ms, with room for each seen to, and times every call. */
function measure(sink: Sink, name: string, waitForRoom: (sink: Sink, frames: number) => void): Result[] {
  const { rate, channels, sampleFormat, bufferFrames } = sink.open();
  const block = new Float32Array(Math.round(rate * BLOCK_S) * channels);
  const blockFrames = block.length / channels;
  sink.start(new Float32Array((bufferFrames >> 1) * channels));
  const statusUs: number[] = [];
  const roomUs: number[] = [];
  const writeUs: number[] = [];
  for (let call = -WARM_UP_CALLS; call < CALLS; call++) {
    waitForRoom(sink, blockFrames);
    for (const [i, sample] of block.entries()) block[i] = sample + 1e-6;
    statusUs.push(timed(() => sink.status()));
    roomUs.push(timed(() => sink.writableFrames()));
    writeUs.push(timed(() => sink.write(block)));
  }
  sink.close();
  const device = `${name}: ${sampleFormat}, ${rate} Hz, ${channels} ch`;
  return Object.entries({ status: statusUs, writableFrames: roomUs, 'write 10 ms': writeUs }).map(
    ([call, us]) => ({ device, call, ...percentiles(us.slice(WARM_UP_CALLS)) }),
  );
}

function timed(call: () => unknown): number {
  const beforeUs = monotonicClock();
  call();
  return monotonicClock() - beforeUs;
}

function spinUntilRoom(sink: Sink, frames: number): void {
  while (sink.writableFrames() < frames) if (sink.status().state === 'xrun') return;
}

/** The simulated DAC's time is this program's to move: a block's length before each block. */
function measureSim(): Result[] {
  const folder = mkdtempSync(join(tmpdir(), 'jam-bench-'));
  let nowUs = 0;
  const format = { rate: SIM_RATE, channels: SIM_CHANNELS, ppm: 0 };
  const recorder = new WavRecording(join(folder, 'sim.wav'), format);
  const sink = new SimSink({ name: 'sim', ppm: 0, reportStepUs: 0, recorder }, () => localUs(nowUs));
  try {
    return measure(sink, 'sim, recorded', () => {
      nowUs += BLOCK_S * 1e6;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const devices = process.argv.length > 2 ? process.argv.slice(2) : ['null'];
const results = [
  ...devices.flatMap((device) => measure(new AlsaSink(device, monotonicClock), device, spinUntilRoom)),
  ...measureSim(),
];
const table = new Table({
  head: ['device', 'call', 'p50 µs', 'p99 µs', 'max µs'],
  style: { head: [], border: [] },
});
for (const { device, call, p50, p99, max } of results) {
  table.push([device, call, ...[p50, p99, max].map((us) => us.toFixed(1))]);
}
console.log(table.toString());
console.log(JSON.stringify({ machine: machine(), results }));
