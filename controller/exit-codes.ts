import type { ErrorCode } from '../protos/index.ts';

/** What can go wrong with a command: what the coordinator says, and what jamctl finds out itself. */
export type CommandErrorCode = ErrorCode | 'USAGE' | 'UNREACHABLE' | 'PARTLY';

/** jamctl's exit codes, as --help and docs/jamctl.md list them. */
export const exitCodes = [
  { code: 0, name: 'done' },
  { code: 1, name: 'internal failure', errors: ['INTERNAL'] },
  { code: 2, name: 'usage: a wrong command line or value', errors: ['USAGE', 'BAD_REQUEST'] },
  { code: 3, name: 'refused, or not found', errors: ['REFUSED', 'NOT_FOUND'] },
  { code: 4, name: 'the coordinator is unreachable', errors: ['UNREACHABLE'] },
  { code: 5, name: 'busy: try again', errors: ['BUSY'] },
  { code: 6, name: 'storage: a disk is full or fails', errors: ['STORAGE'] },
  { code: 7, name: 'jamctl and coordinator speak different versions', errors: ['VERSION'] },
  { code: 8, name: 'bad media: not a track that can be played', errors: ['BAD_MEDIA'] },
  { code: 9, name: 'partly done: some files were added, others not', errors: ['PARTLY'] },
  { code: 10, name: 'not logged in, or not allowed to', errors: ['UNAUTHENTICATED', 'FORBIDDEN'] },
  { code: 11, name: 'doctor: a problem was found' },
] as const satisfies readonly { code: number; name: string; errors?: readonly CommandErrorCode[] }[];

/** Why a command wasn't done; the message is a sentence for people. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly code: CommandErrorCode;
  /** When it may be tried again, where that is known. */
  readonly retryAfterMs: number | undefined;

  constructor(code: CommandErrorCode, message: string, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

export function exitCodeOf(error: CommandErrorCode): number {
  const entry = exitCodes.find((one) => 'errors' in one && one.errors.some((code) => code === error));
  return entry?.code ?? 1;
}
