import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

// Backups are plain tar files, by the system's tar: it is part of every Debian, and people can look into them with it.

/** tar has failed; the message is a sentence for people. */
export class ArchiveError extends Error {
  override name = 'ArchiveError';
}

/** What goes into an archive: names of a folder, with everything in them. */
export interface Packed {
  readonly folder: string;
  readonly names: readonly string[];
}

/**
 * An archive, as it is made.
 * @throws {ArchiveError} at its end, when something could not be read
 */
export async function* pack(parts: readonly Packed[]): AsyncGenerator<Buffer> {
  const named = parts.flatMap(({ folder, names }) => ['-C', folder, ...names.map((name) => `./${name}`)]);
  const tar = spawn('tar', ['--create', '--file=-', '--format=posix', ...named], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = outcome(tar);
  try {
    for await (const piece of tar.stdout) yield piece;
    await ended;
  } finally {
    ended.catch(() => {});
    tar.kill('SIGKILL');
  }
}

/** Takes an archive apart into a folder. @throws {ArchiveError} when it isn't one, or the disk is full */
export async function unpack(file: string, folder: string): Promise<void> {
  const tar = spawn('tar', ['--extract', '--no-same-owner', `--file=${file}`, '-C', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await outcome(tar);
}

async function outcome(tar: ReturnType<typeof spawn>): Promise<void> {
  const complaints = tar.stderr ? text(tar.stderr) : Promise.resolve('');
  const ended = new Promise<number | null>((resolve, reject) => {
    tar.once('error', (error) => reject(new ArchiveError(`tar can't be started: ${error.message}`)));
    tar.once('close', resolve);
  });
  const code = await ended;
  if (code !== 0)
    throw new ArchiveError(`tar has failed: ${(await complaints).trim() || `exit code ${code}`}`);
}
