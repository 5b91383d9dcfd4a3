import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ARCHITECTURES, type Architecture } from './architecture.ts';
import { makeDeb } from './deb.ts';
import { installDependencies } from './dependencies.ts';
import { exportRevision, lastRevision } from './revision.ts';
import { makeTree } from './tree.ts';

// npm run package [-- --arch amd64|arm64] [-- --out DIR]: Debian packages of the last commit, in build/packages.

const projectDir = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const { values } = parseArgs({
  options: { arch: { type: 'string' }, out: { type: 'string', default: `${projectDir}/build/packages` } },
});
const wanted = ARCHITECTURES.filter(({ debian }) => values.arch === undefined || values.arch === debian);
if (wanted.length === 0) {
  process.stderr.write(
    `--arch ${values.arch}: one of ${ARCHITECTURES.map((one) => one.debian).join(', ')} is expected\n`,
  );
  process.exit(2);
}

const revision = lastRevision(projectDir);
const buildDir = `${projectDir}/build/package`;
const sourceDir = fresh(`${buildDir}/source`);
exportRevision(projectDir, revision, sourceDir);
for (const architecture of wanted) {
  const deb = await build(architecture);
  const bytes = readFileSync(deb);
  const sum = createHash('sha256').update(bytes).digest('hex');
  console.log(`${deb}\n  ${(bytes.length / 1e6).toFixed(1)} MB, SHA-256 ${sum}`);
}

async function build(architecture: Architecture): Promise<string> {
  const modulesDir = installDependencies(sourceDir, architecture, buildDir);
  linkModules(modulesDir);
  const rootDir = fresh(`${buildDir}/root-${architecture.debian}`);
  await makeTree(rootDir, { revision, architecture, sourceDir, modulesDir });
  return makeDeb(rootDir, `${sourceDir}/deploy/package/debian`, revision, architecture, values.out);
}

function linkModules(modulesDir: string): void {
  rmSync(`${sourceDir}/node_modules`, { force: true });
  symlinkSync(modulesDir, `${sourceDir}/node_modules`);
}

function fresh(dir: string): string {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  return dir;
}
