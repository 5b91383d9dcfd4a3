import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { LobbyRequest, PROTOCOL, type Track } from '../../protos/index.ts';
import { fileError } from '../add/file-error.ts';
import { findFiles } from '../add/find-files.ts';
import { findTrack, hashFile, sendTrack } from '../add/media-client.ts';
import { type Progress, startProgress } from '../add/progress.ts';
import type { Address } from '../address.ts';
import type { LobbyClient } from '../client.ts';
import { CommandError, exitCodeOf } from '../exit-codes.ts';
import { trackJson } from '../json.ts';
import type { Session } from '../session.ts';
import { plain } from '../text.ts';

type Candidate = { file: string; bytes: number };
type Failed = { file: string; error: CommandError };
type Added = { file: string; track: Track };

// One command holds as many tracks as fit well into a message.
const MAX_COMMAND_BYTES = 1_000_000;

/**
 * Brings files to the coordinator and puts them at the end of the queue, those that work in order. What
 * doesn't is reported, each with its reason, and decides on the exit code.
 */
export async function add(session: Session, paths: string[]): Promise<void> {
  const { mediaPort } = await session.client.ask({ kind: 'getInfo' }, 'info');
  const server = { host: session.client.address.host, port: mediaPort };
  const looked = await Promise.all((await findFiles(paths)).map(lookAt));
  const results = await bringAll(session, server, looked);
  const added = results.filter((one) => 'track' in one);
  const failed = results.filter((one) => 'error' in one);
  const notes: string[] = [];
  for (const tracks of batches(added.map((one) => one.track))) {
    notes.push((await session.client.askRoom(session.room, { kind: 'add', tracks }, 'done')).note);
  }
  report(session, added, failed, notes);
  session.exitCode = exitCode(added, failed);
}

async function lookAt(found: { file: string; error?: CommandError }): Promise<Candidate | Failed> {
  const { file, error } = found;
  if (error) return { file, error };
  try {
    const entry = await stat(file);
    if (!entry.isFile()) return { file, error: new CommandError('BAD_MEDIA', `${file} is not a file`) };
    if (entry.size === 0) return { file, error: new CommandError('BAD_MEDIA', `${file} is empty`) };
    return { file, bytes: entry.size };
  } catch (thrown) {
    return { file, error: fileError(file, thrown) };
  }
}

async function bringAll(
  session: Session,
  server: Address,
  looked: readonly (Candidate | Failed)[],
): Promise<(Added | Failed)[]> {
  const totalBytes = looked.reduce((sum, one) => sum + ('bytes' in one ? one.bytes : 0), 0);
  const quiet = session.json || !session.io.stdout.isTTY;
  const progress = await startProgress(quiet ? { write() {} } : session.io.stderr, totalBytes);
  const results: (Added | Failed)[] = [];
  try {
    for (const one of looked)
      results.push('error' in one ? one : await bring(session.client, server, one, progress));
  } finally {
    progress.end();
  }
  return results;
}

async function bring(
  client: LobbyClient,
  server: Address,
  { file, bytes }: Candidate,
  progress: Progress,
): Promise<Added | Failed> {
  const name = basename(file);
  progress.file(name);
  let sentBytes = 0;
  const onSent = (piece: number): void => {
    sentBytes += piece;
    progress.advance(piece);
  };
  try {
    const hash = await hashFile(file);
    const token = await client.uploadToken(hash);
    const track =
      (await findTrack(server, hash, token)) ??
      (await sendTrack(server, { file, name, hash, bytes }, token, onSent));
    return { file, track };
  } catch (error) {
    return { file, error: error instanceof CommandError ? error : fileError(file, error) };
  } finally {
    progress.advance(bytes - sentBytes);
  }
}

function* batches(tracks: readonly Track[]): Generator<Track[]> {
  let batch: Track[] = [];
  let bytes = 0;
  for (const track of tracks) {
    const size = sizeOf(track);
    if (batch.length > 0 && bytes + size > MAX_COMMAND_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(track);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function sizeOf(track: Track): number {
  const body = { kind: 'add' as const, tracks: [track] };
  const request = { kind: 'callRoom' as const, room: '', command: { body } };
  return LobbyRequest.encode({ protocol: PROTOCOL, requestId: '', body: request }).length;
}

function report(session: Session, added: Added[], failed: Failed[], notes: string[]): void {
  session.show(
    () => notes.map(plain).filter(Boolean).join('\n'),
    () => ({
      added: added.map(({ file, track }) => ({ file, track: trackJson(track) })),
      failed: failed.map(({ file, error }) => ({
        file,
        error: { code: error.code, message: error.message },
      })),
    }),
  );
  if (session.json) return;
  for (const { file, error } of failed) {
    const names = error.message.includes(file) || error.message.includes(basename(file));
    session.io.stderr.write(`${plain(names ? error.message : `${file}: ${error.message}`)}\n`);
  }
}

function exitCode(added: readonly Added[], failed: readonly Failed[]): number {
  const first = failed[0];
  if (!first) return 0;
  return exitCodeOf(added.length > 0 ? 'PARTLY' : first.error.code);
}
