import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { type Checks, expect } from './checks.ts';
import { must, run, until } from './run.ts';
import { loudnessOf, writeTone } from './tone.ts';

const QEMU = 'qemu-aarch64-static';
const NODE = '/usr/lib/jam/bin/node';
/** An emulated processor takes its time. */
const PLAYS_WITHIN_MS = 180_000;
const PORT = 27_400;

/**
 * Runs the programs of the arm64 package on an emulated processor, with the libraries of a Debian for arm64; the
 * coordinator is that of the host's package.
 * @param root the foreign root; the package is unpacked into a copy
 * @param nativeDir the package for this machine, unpacked
 */
export async function checkEmulated(
  root: string,
  deb: string,
  nativeDir: string,
  workDir: string,
  checks: Checks,
): Promise<void> {
  const dir = `${workDir}/arm64`;
  rmSync(dir, { recursive: true, force: true });
  await must('cp', '-a', root, dir);
  await must('dpkg', '-x', deb, dir);
  const emulated = (...args: string[]): [string, string[]] => [QEMU, ['-L', dir, `${dir}${NODE}`, ...args]];
  const must64 = (...args: string[]): Promise<string> => must(...flat(emulated(...args)));

  await checks.check('arm64: Node, zeromq with CURVE, koffi and ALSA load', async () => {
    const script = `
      const zmq = require('${dir}/usr/lib/jam/node_modules/zeromq');
      const koffi = require('${dir}/usr/lib/jam/node_modules/koffi');
      const alsa = koffi.load('libasound.so.2').func('const char *snd_asoundlib_version()');
      console.log(process.arch, process.version, 'zeromq', zmq.version, zmq.capability.curve, zmq.curveKeyPair().publicKey.length, 'ALSA', alsa());`;
    const output = (await must64('-e', script)).trim();
    expect(/^arm64 v24\..* true 40 ALSA 1\./.test(output), output);
    return output;
  });
  await checks.check('arm64: `jamctl`, `jam-coordinator` and `jam-speaker` tell their versions', async () => {
    const mains = ['jamctl/start.cjs', 'daemon/coordinator/main.ts', 'daemon/speaker/main.ts'];
    const versions = [];
    for (const main of mains) versions.push((await must64(`${dir}/usr/lib/jam/${main}`, '--version')).trim());
    return versions.join(', ');
  });
  await checks.check('arm64: a speaker plays a track into a WAV file', async () => {
    const heard = `${workDir}/heard-arm64.wav`;
    const native = (main: string, ...args: string[]): [string, string[]] => [
      `${nativeDir}${NODE}`,
      [`${nativeDir}/usr/lib/jam/${main}`, ...args],
    ];
    const data = `${workDir}/coordinator`;
    for (const made of [data, heard]) rmSync(made, { recursive: true, force: true });
    mkdirSync(data);
    writeTone(`${workDir}/tone.wav`, 600);
    const running = [
      start(
        ...native(
          'daemon/coordinator/main.ts',
          '--port',
          `${PORT}`,
          '--listen',
          '127.0.0.1',
          '--data-dir',
          data,
        ),
      ),
    ];
    const ctl = (...args: string[]) =>
      run(...native('jamctl/start.cjs', '--coordinator', `127.0.0.1:${PORT}`, ...args));
    try {
      await until('coordinator', 20_000, async () => (await ctl('rooms')).code === 0 || undefined);
      const speaker = [
        '--name',
        'arm',
        '--coordinator',
        `127.0.0.1:${PORT}`,
        '--sink',
        `wav:${heard}`,
        '--cache-dir',
        `${workDir}/cache-arm64`,
      ];
      // As the package's jam-speaker starts it.
      const main = ['--single-threaded', `${dir}/usr/lib/jam/daemon/speaker/main.ts`];
      running.push(start(...emulated(...main, ...speaker)));
      await until(
        'speaker',
        PLAYS_WITHIN_MS,
        async () => (await ctl('speakers')).output.includes('arm') || undefined,
      );
      await ctl('add', `${workDir}/tone.wav`);
      await ctl('play');
      const loudness = await until('sound', PLAYS_WITHIN_MS, async () => soundIn(heard));
      return `loudness ${loudness.toFixed(3)}`;
    } finally {
      for (const child of running.reverse()) await end(child);
    }
  });
}

const flat = ([program, args]: [string, string[]]): [string, ...string[]] => [program, ...args];

function soundIn(file: string): number | undefined {
  try {
    const loudness = loudnessOf(readFileSync(file));
    return loudness > 0.3 && loudness < 0.4 ? loudness : undefined;
  } catch {
    // Not there yet.
    return undefined;
  }
}

const start = (program: string, args: string[]): ChildProcess => spawn(program, args, { stdio: 'ignore' });

function end(child: ChildProcess): Promise<unknown> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  return gone;
}
