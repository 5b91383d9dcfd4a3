import { existsSync } from 'node:fs';
import { type Recording, readRecording } from '../measure/recording.ts';

/**
 * All that a host's DAC recorded, in order: one file for each time that a program opened it. What was
 * recorded at another rate than most of it is left out.
 * @returns null when nothing was recorded
 */
export async function readHeard(recordPath: string): Promise<Recording | null> {
  const paths = [recordPath];
  while (existsSync(`${recordPath}.${paths.length + 1}`)) paths.push(`${recordPath}.${paths.length + 1}`);
  const recordings: Recording[] = [];
  for (const path of paths) if (existsSync(`${path}.json`)) recordings.push(await readRecording(path));
  const longest = recordings.toSorted((a, b) => b.samples.length - a.samples.length)[0];
  return longest ? join(recordings.filter(({ rate }) => rate === longest.rate)) : null;
}

function join(recordings: readonly Recording[]): Recording {
  const total = recordings.reduce((sum, { samples }) => sum + samples.length, 0);
  const samples = new Float32Array(total);
  let first = 0;
  const segments = recordings.flatMap((recording) => {
    samples.set(recording.samples, first);
    const moved = recording.segments.map((segment) => ({
      ...segment,
      firstFrame: segment.firstFrame + first,
    }));
    first += recording.samples.length;
    return moved;
  });
  return { samples, rate: recordings[0]?.rate ?? 0, segments };
}
