import type { Machine } from '../machine.ts';
import type { SmallResult } from './run.ts';
import { shortestStallMs } from './stalls.ts';

/** What a run was made with. */
export interface SmallRun {
  readonly result: SmallResult;
  readonly machine: Machine;
  /** What the small machine was, in words. */
  readonly small: string;
  readonly at: Date;
  readonly command: string;
  /** The machine's load over the last minute: before the run, and at its end. */
  readonly loads: readonly [number, number];
}

/** Whether nothing was heard that should not have been. */
export function isClean({ playout }: SmallResult): boolean {
  const { xruns, gaps, resyncs, lateStarts } = playout;
  return xruns + gaps + resyncs + lateStarts === 0;
}

function stallsOf({ stalls }: SmallResult): string {
  const times = stalls.map(
    ({ endedAt, ms }) => `${ms.toFixed(0)} ms until ${endedAt.toISOString().slice(11, 23)}`,
  );
  return `- The core itself stood still for more than ${shortestStallMs} ms, as a thread above all others saw it: ${times.join(', ') || 'never'}.`;
}

/** The page of a run, in Markdown. */
export function pageOf({ result, machine, small, at, command, loads }: SmallRun): string {
  const { playout } = result;
  const rows: [string, string][] = [
    ['xruns', `${playout.xruns}`],
    ['– in silence before, while the program started; not counted', `${result.silentXruns}`],
    ['gaps', `${playout.gaps}`],
    ['resyncs', `${playout.resyncs}`],
    ['late starts', `${playout.lateStarts}`],
    ['playout error, the largest of a report a second, µs', result.worstErrorUs.toFixed(1)],
    ['reserve in the device, the smallest, ms', result.leastBufferMs.toFixed(0)],
    ['downloaded meanwhile, MB', result.downloadedMb.toFixed(0)],
    ['CPU, % of a whole core', result.cpuPercent.toFixed(2)],
    ...result.threads.map(({ name, percent }): [string, string] => [`– of it ${name}`, percent.toFixed(2)]),
    ['periods in which the share of the core was used up, %', result.throttledPercent.toFixed(1)],
    ['resident at the end, MB', result.residentMb.toFixed(0)],
    ['resident at most, MB', result.peakMb.toFixed(0)],
  ];
  return `# A speaker on a small machine

Written by \`${command}\` on ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC; don't edit it.

One speaker plays MP3 of 44.1 kHz to a 48 kHz device behind libasound for ${result.seconds.toFixed(0)} s, and all the while a WAV of
10 MB comes to the queue every 20 s, which it downloads at once, as quickly as it can.

- Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.kernel}, Node ${machine.node}; load ${loads[0].toFixed(1)} before, ${loads[1].toFixed(1)} at the
  end; its own host withheld ${result.withheldMs.toFixed(0)} ms of CPU.
- The small machine: ${small}; coordinator and \`jamctl\` are outside of it.
- The playout thread ran with ${result.scheduling}, and wrote 240 ms ahead (\`--buffer-ms 240\`), as is advised
  for slow machines; 125 ms in silence.
${stallsOf(result)}

| figure | |
| --- | --- |
${rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n')}
${result.warnings ? `\nThe speaker warned:\n\n\`\`\`\n${result.warnings}\n\`\`\`\n` : ''}`;
}
