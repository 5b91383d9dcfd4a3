import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { messageOf } from '../daemon/errno.ts';
import { machine } from './machine.ts';
import { measurePlayout, type Phase, type PlayoutResult, type SinkKind } from './playout/run.ts';
import { RigError } from './rig/tools.ts';

// CPU and memory of one speaker that plays 44.1 kHz MP3 to a 48 kHz device: npm run bench:playout

const LIMIT = { cpuPercent: 6, residentMb: 120 };
const PLAIN = { head: [], border: [] };

/** What the threads are; each has the name that /proc tells. */
const THREADS: Readonly<Record<string, string>> = {
  MainThread: 'clock, sockets, media cache, reports',
  playout: 'decodes, resamples, writes to the device',
  'ZMQbg/IO/0': "ZeroMQ's sockets",
  'ZMQbg/Reaper': 'ZeroMQ closing sockets',
  V8Worker: 'V8 compiling and collecting',
  'libuv-worker': 'files, names',
  DelayedTaskSche: "V8's timers",
  SignalInspector: "waits for the debugger's signal",
};

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, sink: { type: 'string', multiple: true } },
});
const seconds = Number(values.seconds);
const sinks = (values.sink ?? ['sim', 'alsa']).filter((sink): sink is SinkKind => /^(sim|alsa)$/.test(sink));
if (!(seconds >= 1) || sinks.length === 0) {
  process.stderr.write('usage: npm run bench:playout -- [--seconds N] [--sink sim|alsa]\n');
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const results: PlayoutResult[] = [];
for (const sink of sinks) {
  try {
    results.push(await measurePlayout(sink, seconds));
  } catch (error) {
    if (!(error instanceof RigError)) throw error;
    process.stdout.write(`${sink}: left out, ${messageOf(error)}\n`);
  }
}
print(results);
process.exit(results.every(isWithinLimits) ? 0 : 1);

function isWithinLimits({ phases }: PlayoutResult): boolean {
  const playing = phases.at(-1);
  if (!playing) return false;
  return playing.cpuPercent <= LIMIT.cpuPercent && playing.memory.resident <= LIMIT.residentMb;
}

function print(all: readonly PlayoutResult[]): void {
  const { cpu, cores, kernel, node } = machine();
  process.stdout.write(`${cpu}, ${cores} cores, ${kernel}, Node ${node}\n\n`);
  for (const result of all) {
    const { xruns, gaps, resyncs, errorUs, slewPpm } = result.playout;
    process.stdout.write(`Sink ${result.sink}: ${xruns} xruns, ${gaps} gaps, ${resyncs} resyncs; `);
    process.stdout.write(`playout error ${errorUs.toFixed(1)} µs, slew ${slewPpm.toFixed(1)} ppm\n`);
    process.stdout.write(`${phaseTable(result.phases)}\n${threadTable(result.phases)}\n\n`);
  }
  process.stdout.write(`Limits while playing: ${LIMIT.cpuPercent} % of a core, ${LIMIT.residentMb} MB\n`);
  process.stdout.write(`${JSON.stringify({ machine: machine(), limit: LIMIT, results: all })}\n`);
}

function phaseTable(phases: readonly Phase[]): string {
  const head = ['', 's', 'CPU, % of a core', 'resident, MB', 'at most', 'proportional', 'private'];
  const table = new Table({ style: PLAIN, head });
  for (const { name, seconds: length, cpuPercent, memory } of phases) {
    const { resident, peak, proportional } = memory;
    const figures = [resident, peak, proportional, memory.private].map((mb) => mb.toFixed(1));
    table.push([name, length.toFixed(1), cpuPercent.toFixed(2), ...figures]);
  }
  return table.toString();
}

function threadTable(phases: readonly Phase[]): string {
  const table = new Table({
    style: PLAIN,
    head: ['thread', ...phases.map(({ name }) => `${name}, %`), 'is for'],
  });
  const names = new Set(phases.flatMap(({ threads }) => threads.map(({ name }) => name)));
  for (const name of names) {
    const percents = phases.map(
      ({ threads }) => threads.find((thread) => thread.name === name)?.percent ?? 0,
    );
    const purpose = THREADS[name.replace(/ × \d+$/, '')] ?? '';
    table.push([name, ...percents.map((percent) => percent.toFixed(2)), purpose]);
  }
  return table.toString();
}
