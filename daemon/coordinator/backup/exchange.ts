import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import koffi from 'koffi';

const AT_FDCWD = -100;
const RENAME_EXCHANGE = 2;

/**
 * Two folders of one file system change places: at once, or where the file system can't do that, in three renames.
 * On the disk when it resolves.
 * @throws the file system's errors
 */
export async function exchangeFolders(a: string, b: string): Promise<void> {
  if (!exchangedAtOnce(a, b)) {
    await rename(b, `${a}.old`);
    await rename(a, b);
    await rename(`${a}.old`, a);
  }
  const parent = await open(dirname(b));
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}

// Node has no renameat2().
function exchangedAtOnce(a: string, b: string): boolean {
  try {
    const renameat2 = koffi
      .load('libc.so.6')
      .func(
        'int renameat2(int fromFolder, const char *from, int toFolder, const char *to, unsigned int flags)',
      );
    return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) === 0;
  } catch {
    return false;
  }
}
