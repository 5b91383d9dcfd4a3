import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { Rig } from '../rig/rig.ts';

const reportSchema = v.object({
  name: v.string(),
  /** Room time at which the speaker sent it, as it knows it. */
  sentRoomUs: v.number(),
  /** room − local at sentRoomUs, as it knows it; the bound is its own as well. */
  offsetUs: v.number(),
  clockBoundUs: v.number(),
  /** Playout error of what was written last, which is heard bufferMs later. */
  errorUs: v.number(),
  dacBoundUs: v.number(),
  dacPpm: v.number(),
  bufferMs: v.number(),
});

/** What a member asks of a start: half its round trip, and what it takes itself from hearing of it on. */
const needSchema = v.object({ name: v.string(), wayUs: v.number(), ownUs: v.number() });

const lookSchema = v.object({
  atTrueUs: v.number(),
  /** What is shown as the most that two speakers are apart; null when nothing is. */
  spreadBoundUs: v.nullable(v.number()),
  /** Of the members that sound. */
  reports: v.array(reportSchema),
  /** Of all members. */
  needs: v.array(needSchema),
  /** When the current item began, or will; null while the room doesn't play. */
  startTrueUs: v.nullable(v.number()),
});

/** What a member last said of itself. */
export type LookedAtReport = v.InferOutput<typeof reportSchema>;

export type Need = v.InferOutput<typeof needSchema>;

/** A room's status as a person is shown it, and the true time when it was. */
export type Look = v.InferOutput<typeof lookSchema>;

/** Looks at a room's status from the hub, a few times a second. */
export class StatusPoll {
  readonly #looks: Look[] = [];
  #child: ChildProcess | null = null;
  #lines: Interface | null = null;

  start(rig: Rig, host: string, port: number, room: string): void {
    const program = fileURLToPath(new URL('poll-statuses.ts', import.meta.url));
    const [file, ...args] = rig.commandOnHub([process.execPath, program, host, String(port), room]);
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout });
    this.#lines.on('line', (line) => this.#looks.push(v.parse(lookSchema, JSON.parse(line))));
  }

  /** Ends the looking, and returns what was seen. */
  async stop(): Promise<readonly Look[]> {
    const [child, lines] = [this.#child, this.#lines];
    if (child === null || lines === null) return [];
    const closed = once(lines, 'close');
    child.stdin?.end();
    await closed;
    return this.#looks;
  }
}
