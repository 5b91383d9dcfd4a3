import { cpus, loadavg, release } from 'node:os';
import type { Checks } from './checks.ts';

/** Checks that belong together. */
export interface Section {
  readonly title: string;
  readonly checks: Checks;
}

/** What was tried and what was seen, for docs/. */
export function writeReport(sections: readonly Section[], deb: string): string {
  const name = deb.split('/').at(-1) ?? deb;
  const day = new Date().toISOString().slice(0, 10);
  const host = `${cpus().length} cores of ${cpus()[0]?.model ?? 'unknown'}, Linux ${release()}, at load ${loadavg()[2]?.toFixed(0)}`;
  const parts = sections.map(({ title, checks }) => `## ${title}\n\n${table(checks)}`);
  return `# The packages, tried\n\nThe last output of \`npm run test:deploy\`: ${name} on ${day}, on ${host}.\n\n${parts.join('\n\n')}\n`;
}

function table({ outcomes }: Checks): string {
  const rows = outcomes.map(({ what, seen, ok }) => `| ${what} | ${ok ? '' : '**failed:** '}${cell(seen)} |`);
  return ['| what | seen |', '| --- | --- |', ...rows].join('\n');
}

const cell = (text: string): string =>
  text
    .trim()
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' – ');
