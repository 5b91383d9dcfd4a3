import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Checks, expect } from './checks.ts';
import { makeForeignRoot, makeRoot, SUITES, type Suite } from './debian-root.ts';
import { checkEmulated } from './emulated.ts';
import { checkInstalled } from './installed.ts';
import { Machine } from './machine.ts';
import { type Section, writeReport } from './report.ts';
import { must, run } from './run.ts';

// npm run test:deploy [-- --only packages|bookworm|trixie|arm64] [-- --packages DIR]: the packages of the last commit on Debian
// machines that boot, and on an emulated arm64 processor. As root, on Debian.

const projectDir = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const buildDir = `${projectDir}/build/deploy`;
const workDir = `${buildDir}/run-${process.pid}`;
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    packages: { type: 'string' },
    report: { type: 'string', default: `${projectDir}/docs/deploy-test.md` },
  },
});
refuseWithoutTools();
rmSync(workDir, { recursive: true, force: true });
mkdirSync(workDir, { recursive: true });

const packages = values.packages ?? (await buildPackages());
const amd64 = newest(`${packages}/jam_*_amd64.deb`);
const arm64 = newest(`${packages}/jam_*_arm64.deb`);
const sections: Section[] = [];

await section('packages', 'The packages', async (checks) => {
  if (values.packages === undefined) {
    await checks.check('made a second time, the package for amd64 has the same bytes', () =>
      isMadeAlike(amd64),
    );
  }
  for (const deb of [amd64, arm64]) {
    await checks.check(`lintian: no error in ${deb.split('/').at(-1)}`, async () => {
      const { output } = await run('lintian', ['--allow-root', '--fail-on', 'none', deb]);
      expect(!/^E:/m.test(output), output);
      return `${output.split('\n').filter((line) => line.startsWith('W:')).length} warnings`;
    });
  }
});
for (const suite of SUITES) {
  const title = `Installed on Debian ${suite.name}, amd64, booted`;
  await section(suite.name, title, (checks) => checkMachine(suite, checks));
}
await section(
  'arm64',
  'On an emulated arm64 processor, with the libraries of Debian bookworm',
  async (checks) => {
    const [bookworm] = SUITES;
    if (!bookworm) return;
    const root = await makeForeignRoot(bookworm, 'arm64', `${buildDir}/roots`);
    await must('dpkg', '-x', amd64, `${workDir}/native`);
    await checkEmulated(root, arm64, `${workDir}/native`, workDir, checks);
  },
);
if (values.only === undefined) writeFileSync(values.report, writeReport(sections, amd64));
rmSync(workDir, { recursive: true, force: true });
process.exitCode = sections.every(({ checks }) => !checks.failed) ? 0 : 1;

async function section(name: string, title: string, work: (checks: Checks) => Promise<void>): Promise<void> {
  if (values.only !== undefined && values.only !== name) return;
  console.log(title);
  const checks = new Checks();
  sections.push({ title, checks });
  await work(checks);
}

async function checkMachine(suite: Suite, checks: Checks): Promise<void> {
  const machine = new Machine(await makeRoot(suite, `${buildDir}/roots`), `${workDir}/${suite.name}`);
  await machine.create();
  try {
    await machine.boot();
    await checkInstalled(machine, amd64, workDir, checks);
    if (checks.failed) console.log((await machine.exec('journalctl --no-pager -n 60')).output);
  } finally {
    await machine.remove();
  }
}

async function buildPackages(): Promise<string> {
  const dir = `${workDir}/packages`;
  console.log(await must(process.execPath, `${projectDir}/deploy/package/main.ts`, '--out', dir));
  return dir;
}

/** Makes it once more. @throws {Error} when something is different; also when somebody has committed meanwhile */
async function isMadeAlike(deb: string): Promise<string> {
  const again = `${workDir}/again`;
  const script = `${projectDir}/deploy/package/main.ts`;
  await must(process.execPath, script, '--arch', 'amd64', '--out', again);
  await must('cmp', deb, newest(`${again}/*.deb`));
  return `SHA-256 ${createHash('sha256').update(readFileSync(deb)).digest('hex')}`;
}

function newest(pattern: string): string {
  const [file] = globSync(pattern).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (!file) throw new Error(`there is no ${pattern}`);
  return file;
}

function refuseWithoutTools(): void {
  const tools = ['debootstrap', 'systemd-nspawn', 'qemu-aarch64-static', 'lintian', 'nsenter', 'ip'];
  const missing = tools.filter((tool) => {
    try {
      execFileSync('sh', ['-c', `command -v ${tool}`]);
      return false;
    } catch {
      return true;
    }
  });
  if (process.getuid?.() === 0 && missing.length === 0) return;
  const what =
    missing.length > 0 ? `${missing.join(', ')} is missing` : 'it boots machines, so it has to be root';
  process.stderr.write(
    `test:deploy can't be run: ${what}. On Debian, as root: ` +
      'apt-get install debootstrap systemd-container qemu-user-static lintian iproute2\n',
  );
  process.exit(1);
}
