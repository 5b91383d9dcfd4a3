import { parentPort, workerData } from 'node:worker_threads';
import * as v from 'valibot';
import { readRecording } from '../measure/recording.ts';
import { readReference } from '../measure/reference.ts';
import { measureRoom } from '../measure/spread.ts';

// Measuring takes seconds of computing: in a thread of its own, so that Ctrl-C is heard meanwhile.

const { files, track, stepUs } = v.parse(
  v.object({
    files: v.array(v.object({ name: v.string(), path: v.string() })),
    track: v.string(),
    stepUs: v.number(),
  }),
  workerData,
);
const recordings = await Promise.all(
  files.map(async ({ name, path }) => ({ name, recording: await readRecording(path) })),
);
parentPort?.postMessage(measureRoom(recordings, [await readReference(track)], undefined, stepUs));
