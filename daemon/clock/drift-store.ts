import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';

const MAX_PEERS = 32;
const Drifts = v.record(v.string(), v.pipe(v.number(), v.minValue(-1000), v.maxValue(1000)));

/**
 * The last drift against each peer, in a small JSON file: {"tcp://host:7401": −12.3}, ppm. It only saves
 * a few seconds of measuring, so a file that is missing or damaged counts as empty.
 */
export class DriftStore {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** ppm, or undefined when the peer isn't known. */
  async load(peer: string): Promise<number | undefined> {
    return (await this.#read()).get(peer);
  }

  /** Replaces the file at once or not at all. @throws when the disk is full or not writable */
  async save(peer: string, driftPpm: number): Promise<void> {
    const drifts = await this.#read();
    drifts.delete(peer);
    drifts.set(peer, driftPpm);
    const newest = [...drifts].slice(-MAX_PEERS);
    const temporary = `${this.#file}.${process.pid}.tmp`;
    await mkdir(path.dirname(this.#file), { recursive: true });
    await writeFile(temporary, `${JSON.stringify(Object.fromEntries(newest))}\n`);
    await rename(temporary, this.#file);
  }

  async #read(): Promise<Map<string, number>> {
    try {
      return new Map(Object.entries(v.parse(Drifts, JSON.parse(await readFile(this.#file, 'utf8')))));
    } catch {
      return new Map();
    }
  }
}
