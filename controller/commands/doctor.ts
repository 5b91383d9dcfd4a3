import type { LobbyClient } from '../client.ts';
import type { Finding, Verdict } from '../doctor/finding.ts';
import { gatherHome } from '../doctor/gather-home.ts';
import { gatherHost } from '../doctor/gather-host.ts';
import { homeChecks } from '../doctor/home-checks.ts';
import { hostChecks } from '../doctor/host-checks.ts';
import type { Screen } from '../session.ts';
import { plain } from '../text.ts';

/** jamctl's exit code when a problem was found; warnings are none. */
const PROBLEM_EXIT = 11;

/** Checks this host, and the coordinator and speakers as they are seen from here; says what to do. */
export async function doctor(screen: Screen, connect: () => Promise<LobbyClient>): Promise<void> {
  const [host, home] = await Promise.all([gatherHost(screen.io.env), gatherHome(connect)]);
  const findings = [...hostChecks(host), ...homeChecks(home)];
  const problems = count(findings, 'problem');
  const warnings = count(findings, 'warning');
  if (problems > 0) screen.exitCode = PROBLEM_EXIT;
  screen.show(
    () => render(findings, screen),
    () => ({ problems, warnings, findings }),
  );
}

function render(findings: readonly Finding[], { paint }: Screen): string {
  const brushes = { ok: paint.good, warning: paint.strong, problem: paint.bad } as const;
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, verdict, found, advice }) => [
    `${brushes[verdict](verdict.padEnd(7))}  ${check.padEnd(width)}  ${plain(found)}`,
    ...(advice === '' ? [] : [`${' '.repeat(11 + width)}→ ${plain(advice)}`]),
  ]);
  return [...lines, '', summary(findings)].join('\n');
}

function summary(findings: readonly Finding[]): string {
  const problems = count(findings, 'problem');
  const warnings = count(findings, 'warning');
  if (problems + warnings === 0) return 'All is well.';
  return `${some(problems, 'problem')}, ${some(warnings, 'warning')}.`;
}

const count = (findings: readonly Finding[], verdict: Verdict): number =>
  findings.filter((finding) => finding.verdict === verdict).length;

const some = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
