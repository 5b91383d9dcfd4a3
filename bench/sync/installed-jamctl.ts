import { execFile } from 'node:child_process';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundleJamctl } from '../../deploy/package/bundle.ts';

const projectDir = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Makes jamctl in a run's folder as the Debian package installs it, compiled. Returns the command that starts it there. */
export async function installJamctl(folder: string): Promise<string[]> {
  const dir = join(folder, 'jamctl');
  await bundleJamctl(projectDir, dir);
  const modules = join(folder, 'node_modules');
  rmSync(modules, { force: true });
  symlinkSync(join(projectDir, 'node_modules'), modules);
  await promisify(execFile)(process.execPath, [join(dir, 'compile.cjs')]);
  return [process.execPath, join(dir, 'start.cjs')];
}
