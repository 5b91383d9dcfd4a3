import { join } from 'node:path';
import type { Disturbance } from '../measure/disturbances.ts';
import { measurePurity, type Purity } from '../measure/purity.ts';
import { readReference } from '../measure/reference.ts';
import { measureRoom, type NamedRecording, type RoomReport } from '../measure/spread.ts';
import { readHeard } from '../rig/heard.ts';
import { Rig } from '../rig/rig.ts';
import { type Stall, StallWatch } from '../rig/stall-watch.ts';
import { stolenMs } from '../rig/usage.ts';
import { type Honesty, honestyOf } from './honesty.ts';
import type { Options } from './options.ts';
import { planHosts } from './plans.ts';
import type { Play, Programme } from './session.ts';
import { type Split, splitError } from './split.ts';
import { type StartSplit, splitStart } from './start-split.ts';

/** CPU as a share of one core over the playing time, and memory at its end. */
export interface ProcessFigure {
  readonly label: string;
  readonly cpuPercent: number;
  readonly residentMb: number;
}

/** What one system did on the rig. */
export interface Outcome {
  readonly system: string;
  readonly room: RoomReport;
  /** From the command to the first audible frame, ms, by speaker; null: nothing was heard. */
  readonly commandToSoundMs: readonly (number | null)[];
  readonly processes: readonly ProcessFigure[];
  /** CPU time that the machine's own host withheld meanwhile, ms: a virtual machine may stand still. */
  readonly stolenMs: number;
  /** Times in which the whole machine stood still. */
  readonly stalls: readonly Stall[];
  /** By speaker: its disturbances, less those that come from such a stall. */
  readonly disturbances: readonly (readonly Disturbance[])[];
  /** By speaker, when the track is a sine. */
  readonly purity: readonly Purity[];
  /** Of the bound on the spread that was shown; null where none is. */
  readonly honesty: Honesty | null;
  /** By speaker, where the system tells enough of itself. */
  readonly splits: readonly Split[];
  /** Null where the system doesn't tell. */
  readonly start: StartSplit | null;
}

export const SINE_HZ = 997;

/** Runs one system on a rig of its own, and measures what was heard. */
export async function run(
  system: string,
  play: Play,
  options: Options,
  programme: Programme & { readonly isSine: boolean },
  folder: string,
): Promise<Outcome> {
  const watch = new StallWatch();
  const stolenBeforeMs = stolenMs();
  const rig = new Rig(folder, options.network, options.seed);
  try {
    const hosts = await rig.start(planHosts(options));
    watch.start();
    const session = await play(rig, hosts, programme, folder);
    const stalls = watch.stop();
    const processes = [...rig.usage()].map(([label, { cpuSeconds, residentMb }]) => ({
      label,
      cpuPercent: (100 * (cpuSeconds - (session.usedBefore.get(label)?.cpuSeconds ?? 0))) / programme.seconds,
      residentMb,
    }));
    const stolen = stolenMs() - stolenBeforeMs;
    await rig.stop();
    const recordings: NamedRecording[] = [];
    for (const { plan, recordPath } of hosts) {
      const recording = await readHeard(recordPath);
      if (recording === null) throw new Error(`${plan.name} played nothing: see ${join(folder, '*.log')}`);
      recordings.push({ name: plan.name, recording });
    }
    // The periods of a sine are all alike: its positions say nothing.
    const references = programme.isSine ? [] : [await readReference(programme.track)];
    const room = measureRoom(recordings, references);
    const compares = session.looks.length > 0 && !programme.isSine;
    return {
      system,
      room,
      processes,
      stolenMs: stolen,
      stalls,
      disturbances: room.speakers.map(({ disturbances }) =>
        disturbances.filter(({ atTrueUs }) => !stalls.some((stall) => follows(stall, atTrueUs))),
      ),
      commandToSoundMs: room.speakers.map(({ onsetTrueUs }) =>
        onsetTrueUs === null ? null : (onsetTrueUs - session.commandTrueUs) / 1000,
      ),
      start: splitStart(room, session),
      honesty: compares ? honestyOf(room, session.looks) : null,
      splits: compares
        ? splitError(
            room,
            session.looks,
            hosts.map(({ plan }) => plan),
          )
        : [],
      purity: programme.isSine ? recordings.map(({ recording }) => measurePurity(recording, SINE_HZ)) : [],
    };
  } finally {
    watch.stop();
    await rig.stop();
  }
}

const RECOVERED_US = 1_500_000;

function follows({ fromTrueUs, toTrueUs }: Stall, trueUs: number): boolean {
  return trueUs > fromTrueUs - 100_000 && trueUs < toTrueUs + RECOVERED_US;
}
