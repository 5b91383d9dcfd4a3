import { once } from 'node:events';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { SealError, unsealed } from '../../daemon/coordinator/backup/seal.ts';
import { errnoOf, messageOf } from '../../daemon/errno.ts';
import { request } from '../../daemon/net/http.ts';
import type { Address } from '../address.ts';
import { CommandError } from '../exit-codes.ts';
import type { Session } from '../session.ts';

const STALL_MS = 30_000;
const OWNER_ONLY = 0o600;

/** Has the coordinator make a backup, and writes it to a file: whole, or not at all. */
export async function backup(
  session: Session,
  file: string,
  { withTracks = false, force = false }: { withTracks?: boolean; force?: boolean },
): Promise<void> {
  if (!force && (await exists(file)))
    throw new CommandError('REFUSED', `there is a file ${file} already: give another name, or --force`);
  const { mediaPort } = await session.client.ask({ kind: 'getInfo' }, 'info');
  const { path, token } = await session.client.ask({ kind: 'makeBackup', withTracks }, 'backupReady');
  const server = { host: session.client.address.host, port: mediaPort };
  const bytes = await save(file, () => fetchPieces(server, path, token));
  session.show(
    () => `${(bytes / 1e6).toFixed(1)} MB in ${file}. Keep it to yourself: it holds the home's keys.`,
    () => ({ ok: true, file, bytes, withTracks }),
  );
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** Returns the bytes written. */
async function save(file: string, fetch: () => AsyncIterable<Buffer>): Promise<number> {
  const part = `${file}.part`;
  try {
    const handle = await open(part, 'w', OWNER_ONLY);
    const bytes = await write(handle, fetch()).finally(() => handle.close());
    await rename(part, file);
    return bytes;
  } catch (error) {
    await rm(part, { force: true });
    throw explained(error, file);
  }
}

async function write(handle: FileHandle, pieces: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0;
  for await (const piece of pieces) {
    await handle.writeFile(piece);
    bytes += piece.length;
  }
  await handle.sync();
  return bytes;
}

async function* fetchPieces({ host, port }: Address, path: string, token: string): AsyncGenerator<Buffer> {
  const call = request(`http://${host}:${port}${path}`, { timeout: STALL_MS });
  call.once('timeout', () => call.destroy(new Error(`nothing for ${STALL_MS / 1000} s`)));
  call.end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200)
    throw new CommandError(
      'INTERNAL',
      `the coordinator doesn't give its backup (HTTP ${response.statusCode})`,
    );
  yield* unsealed(response, token);
}

function explained(error: unknown, file: string): unknown {
  if (error instanceof CommandError) return error;
  if (error instanceof SealError) return new CommandError('INTERNAL', error.message);
  const code = errnoOf(error);
  if (code === 'ENOSPC') return new CommandError('STORAGE', `there is no room for ${file}`);
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR')
    return new CommandError('REFUSED', `${file} can't be written (${code})`);
  return new CommandError('UNREACHABLE', `the backup did not arrive: ${messageOf(error)}`);
}
