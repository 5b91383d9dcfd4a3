import type { SiegeFigures } from './siege.ts';

/** As in the tests of what speakers play in peace. */
const SPREAD_P99_US = 150;
/** V8 takes what it likes of free memory before it cleans up; a thousand connections have buffers. */
const GROWTH_MB = 120;
const ANSWERED_WITHIN_MS = 2000;

/** What an attack has done that it mustn't, as sentences. */
export function problemsOf({ name, spreadP99Us, residentMb, answeredInMs }: SiegeFigures): string[] {
  const growthMb = residentMb.after - residentMb.before;
  const problems: string[] = [];
  if (!(spreadP99Us <= SPREAD_P99_US)) problems.push(`${name}: the spread's p99 was ${spreadP99Us} µs`);
  if (!(growthMb <= GROWTH_MB)) problems.push(`${name}: coordinator and rooms have grown by ${growthMb} MB`);
  if (!(answeredInMs.median <= ANSWERED_WITHIN_MS))
    problems.push(`${name}: others were answered in ${answeredInMs.median} ms only`);
  return problems;
}

/** The figures for people. */
export function linesOf(figures: SiegeFigures): string {
  const { name, told, spreadP99Us, residentMb, answeredInMs, disturbances } = figures;
  return [
    `${name}${told && `: ${told}`}`,
    `  spread p99 ${spreadP99Us.toFixed(1)} µs; ` +
      `${residentMb.before.toFixed(0)} MB resident before, ${residentMb.after.toFixed(0)} after; ` +
      `others answered in ${answeredInMs.median.toFixed(1)} ms, at most ${answeredInMs.max.toFixed(0)}`,
    ...disturbances.map((one) => `  heard: ${one}`),
  ].join('\n');
}
