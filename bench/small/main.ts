import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { messageOf } from '../../daemon/errno.ts';
import { machine } from '../machine.ts';
import { RigError } from '../rig/tools.ts';
import { isClean, pageOf } from './page.ts';
import { playSmall } from './run.ts';
import { SmallMachine } from './small-machine.ts';

// A speaker on the likes of a Zero 2 W, playing while it downloads: npm run bench:small

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    cpu: { type: 'string', default: '25' },
    memory: { type: 'string', default: '512' },
    page: { type: 'boolean', default: false },
  },
});
const [seconds, cpuPercent, memoryMb] = [values.seconds, values.cpu, values.memory].map(Number);
if (!(seconds! >= 10 && cpuPercent! >= 5 && memoryMb! >= 64)) {
  process.stderr.write(
    'usage: npm run bench:small -- [--seconds N] [--cpu PERCENT] [--memory MB] [--page]\n' +
      '--page writes docs/small-machines.md\n',
  );
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const small = new SmallMachine({ cpuPercent: cpuPercent!, memoryMb: memoryMb! });
try {
  small.start();
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  if (!(error instanceof RigError)) throw error;
  process.stderr.write(`bench:small: ${messageOf(error)}\n`);
  process.exitCode = 1;
} finally {
  small.stop();
}

async function run(): Promise<boolean> {
  const loadBefore = os.loadavg()[0] ?? 0;
  const result = await playSmall(small, seconds!);
  const command = ['npm run bench:small --', ...process.argv.slice(2)].join(' ');
  const loads = [loadBefore, os.loadavg()[0] ?? 0] as const;
  const page = pageOf({
    result,
    machine: machine(),
    small: small.description,
    at: new Date(),
    command,
    loads,
  });
  process.stdout.write(page);
  if (values.page)
    writeFileSync(fileURLToPath(new URL('../../docs/small-machines.md', import.meta.url)), page);
  return isClean(result) && result.peakMb <= memoryMb!;
}
