import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '../files.ts';
import type { LocalUs } from '../units.ts';
import { hashPattern } from './media-store.ts';

/** How much the stored tracks take, and how much the disk has left. */
export interface Usage {
  readonly tracks: number;
  readonly storedBytes: number;
  readonly diskFreeBytes: number;
  readonly diskBytes: number;
}

/** Counting thousands of files takes a moment: not more often than this. */
const KEPT_US = 60_000_000;

/** Counts what the media store holds; see MediaStore. */
export class MediaUsage {
  readonly #folder: string;
  #stored: { readonly tracks: number; readonly storedBytes: number } | undefined;
  #untilUs = 0;
  #receivedBytes = 0;

  /** @param dataDir the coordinator's, where the store has its folder `tracks` */
  constructor(dataDir: string) {
    this.#folder = join(dataDir, 'tracks');
  }

  /**
   * @param receivedBytes that the media server has kept since its start: the tracks are counted anew when it changes
   * @throws the file system's errors
   */
  async read(now: LocalUs, receivedBytes: number): Promise<Usage> {
    if (!this.#stored || now >= this.#untilUs || receivedBytes !== this.#receivedBytes) {
      this.#stored = await this.#count();
      this.#untilUs = now + KEPT_US;
      this.#receivedBytes = receivedBytes;
    }
    const { bavail, blocks, bsize } = await statfs(this.#folder);
    return { ...this.#stored, diskFreeBytes: bavail * bsize, diskBytes: blocks * bsize };
  }

  async #count(): Promise<{ tracks: number; storedBytes: number }> {
    const names = (await readdir(this.#folder)).filter((name) => hashPattern.test(name));
    let storedBytes = 0;
    // One after the other: a scrape isn't to take the disk from the music.
    for (const name of names) storedBytes += (await unlessMissing(stat(join(this.#folder, name))))?.size ?? 0;
    return { tracks: names.length, storedBytes };
  }
}
