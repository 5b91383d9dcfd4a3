import { CommandError } from '../exit-codes.ts';

/** Why a file of the person's own can't be read, as a sentence. */
export function fileError(path: string, error: unknown): CommandError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CommandError('NOT_FOUND', `there is no ${path}`);
    case 'EACCES':
    case 'EPERM':
      return new CommandError('REFUSED', `${path} may not be read by this user`);
    case 'EIO':
      return new CommandError('STORAGE', `${path} can't be read: its disk fails`);
    default:
      return new CommandError(
        'INTERNAL',
        `${path}: ${error instanceof Error ? error.message : String(error)}`,
      );
  }
}
