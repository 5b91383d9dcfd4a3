import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundleJamctl } from '../../deploy/package/bundle.ts';

const projectDir = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
/** Below the project, where the bundle finds its libraries' binaries. */
const dir = `${projectDir}/build/jamctl`;

/** Makes jamctl as the Debian package installs it, compiled. Returns the command that starts it there. */
export async function installJamctl(): Promise<string[]> {
  await bundleJamctl(projectDir, dir);
  await promisify(execFile)(process.execPath, [`${dir}/compile.cjs`]);
  return [process.execPath, `${dir}/start.cjs`];
}
