import { DEFAULT_HOME } from './home.ts';
import type { Outcome } from './run.ts';

const SHOWN = 8;

/** What a run has shown, in a few lines. */
export function summaryOf(outcome: Outcome): string {
  const { scenario, seed, model, seconds, tookS, figures, glitches, commands, violations } = outcome;
  const { spread, error, bounds, boundMisses } = figures;
  const lines = [
    `${scenario.name} (seed ${seed}, ${model.speakers} speakers): ${scenario.about}`,
    `  ${hours(seconds)} in ${tookS.toFixed(1)} s, ${Math.round(seconds / tookS)} × real time`,
    `  spread: RMS ${spread.rms.toFixed(1)}, max ${spread.max.toFixed(1)} µs; ` +
      `playout error: median ${error.median.toFixed(1)}, max ${error.max.toFixed(1)} µs`,
    `  displayed bound: below the true spread ${boundMisses} of ${bounds} times; glitches: ${glitches}; ` +
      `commands: ${commands.done} done, ${commands.refused} refused, ${commands.unanswered} unanswered`,
  ];
  if (violations.length === 0) return [...lines, '  all invariants hold'].join('\n');
  const shown = violations.slice(0, SHOWN);
  lines.push(`  ${violations.length} violations:`);
  for (const { atUs, invariant, text } of shown)
    lines.push(`    ${(atUs / 1e6).toFixed(2)} s  ${invariant}: ${text}`);
  return [...lines, `  again: ${commandOf(outcome)}`].join('\n');
}

/**
 * The shortest command that repeats the run up to its first violation. With fewer speakers it would be another run:
 * each draws random numbers.
 */
export function commandOf({ scenario, seed, model, plannedS, seconds, violations }: Outcome): string {
  const [first] = violations;
  const options = [`--seed ${seed}`, `--scenario ${scenario.name}`];
  if (model.speakers !== (scenario.home.speakers ?? DEFAULT_HOME.speakers))
    options.push(`--speakers ${model.speakers}`);
  // Some scenarios plan by their length.
  if (plannedS !== scenario.seconds) options.push(`--hours ${plannedS / 3600}`);
  const untilS = Math.ceil((first?.atUs ?? 0) / 1e5) / 10;
  if (untilS < seconds) options.push(`--until ${untilS}`);
  return `npm run sim -- ${options.join(' ')}`;
}

function hours(seconds: number): string {
  return seconds >= 3600 ? `${(seconds / 3600).toFixed(1)} h` : `${seconds.toFixed(0)} s`;
}
