import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';
import { type Ppm, ppm } from '../units.ts';

const memorySchema = v.object({
  speakerId: v.pipe(v.string(), v.minLength(8), v.maxLength(100)),
  dacPpm: v.optional(v.record(v.string(), v.pipe(v.number(), v.minValue(-1000), v.maxValue(1000))), {}),
});
type Memory = v.InferOutput<typeof memorySchema>;

/** What a speaker remembers between runs: who it is, and how far each device's crystal was off. */
export class Identity {
  readonly #path: string;
  #memory: Memory = { speakerId: randomUUID(), dacPpm: {} };

  /** @param path of a file in a directory that exists and is writable */
  constructor(path: string) {
    this.#path = path;
  }

  /** Reads what was remembered; something unreadable counts as nothing. @throws when it can't be written */
  load(): void {
    try {
      this.#memory = v.parse(memorySchema, JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      this.#save();
    }
  }

  get speakerId(): string {
    return this.#memory.speakerId;
  }

  dacPpm(device: string): Ppm | undefined {
    const value = this.#memory.dacPpm[device];
    return value === undefined ? undefined : ppm(value);
  }

  /** @throws when it can't be written */
  rememberDacPpm(device: string, value: Ppm): void {
    this.#memory = { ...this.#memory, dacPpm: { ...this.#memory.dacPpm, [device]: value } };
    this.#save();
  }

  #save(): void {
    writeFileSync(`${this.#path}.new`, `${JSON.stringify(this.#memory)}\n`);
    renameSync(`${this.#path}.new`, this.#path);
  }
}
