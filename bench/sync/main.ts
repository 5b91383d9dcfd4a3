import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { plotRoom } from '../measure/plot.ts';
import { RigError } from '../rig/tools.ts';
import { measure } from './measure.ts';
import { type Options, readOptions } from './options.ts';
import { toJson, toTable } from './report.ts';

async function main(options: Options): Promise<void> {
  const folder = options.out ? resolve(options.out) : mkdtempSync(join(tmpdir(), 'jam-bench-'));
  const outcomes = await measure(options, folder, (system) => {
    if (!options.json) console.log(`${system}: ${options.speakers} speakers, ${options.seconds} s …`);
  });
  const json = JSON.stringify(toJson(options, outcomes), null, 2);
  writeFileSync(join(folder, 'result.json'), json);
  for (const { system, room } of outcomes) {
    writeFileSync(join(folder, `${system}.svg`), plotRoom(room, titleOf(system, options)));
  }
  console.log(options.json ? json : `${toTable(outcomes)}\nplots, JSON, logs and recordings: ${folder}`);
}

function titleOf(system: string, { speakers, network, clockPpm, dacPpm }: Options): string {
  return `${system}: ${speakers} speakers, ${network}, clocks ±${clockPpm} ppm, DACs ±${dacPpm} ppm`;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Exiting is what makes the rig remove its hosts.
  process.once(signal, () => process.exit(130));
}
try {
  await main(readOptions(process.argv.slice(2)));
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  console.error(error instanceof RigError ? why : `the bench failed: ${why}`);
  process.exit(1);
}
