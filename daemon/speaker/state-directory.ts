import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeSecretFile } from '../security/secret-file.ts';
import { homeCacheDir } from './config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where a speaker keeps what it remembers: below the service's state directory; started by hand, below the user's.
 * With a cache directory of its own, everything is in that.
 */
export function stateDirectoryOf(name: string, cacheDir: string, environment: Environment): string {
  const own = encodeURIComponent(name);
  const { STATE_DIRECTORY, XDG_STATE_HOME, HOME } = environment;
  if (STATE_DIRECTORY) return join(STATE_DIRECTORY, own);
  if (cacheDir !== homeCacheDir(environment)) return join(cacheDir, own);
  return join(XDG_STATE_HOME ?? `${HOME ?? '/tmp'}/.local/state`, 'jam', 'speakers', own);
}

/** The files in which a speaker remembers who it is, its keys, its coordinator, and how clocks drift. */
export class SpeakerFiles {
  readonly #directory: string;
  readonly identity: string;
  readonly keys: string;
  readonly coordinator: string;
  readonly drifts: string;

  constructor(directory: string) {
    this.#directory = directory;
    this.identity = join(directory, 'speaker.json');
    this.keys = join(directory, 'keys.json');
    this.coordinator = join(directory, 'coordinator.json');
    this.drifts = join(directory, 'drift.json');
  }

  /**
   * Makes the directory, and takes over the files of one in which they were before, if they are there and not here yet.
   * @throws the file system's errors
   */
  moveFrom(directory: string): void {
    mkdirSync(this.#directory, { recursive: true });
    const before = new SpeakerFiles(directory);
    for (const file of ['identity', 'keys', 'coordinator', 'drifts'] as const) {
      if (existsSync(this[file]) || !existsSync(before[file])) continue;
      // Not renamed: the two may be on different file systems.
      writeSecretFile(this[file], readFileSync(before[file], 'utf8'));
      rmSync(before[file]);
    }
  }
}
