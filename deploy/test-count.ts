import { stripVTControlCharacters } from 'node:util';

export interface TestCount {
  readonly passed: number;
  readonly failed: number;
}

/**
 * Counts tests in ava's output: those that passed by their lines, the failures by the summary at its end. What
 * fails outside of a test (a file that can't be loaded, an uncaught exception) counts as a failure each, and
 * so does a bad end without any.
 */
export function countTests(output: string, exitCode: number): TestCount {
  const text = stripVTControlCharacters(output);
  const summary = text.slice(text.lastIndexOf('\n  ─'));
  const passed = [...text.matchAll(/^ {2}✔ /gm)].length;
  const failures = [
    ...summary.matchAll(
      /^ {2}(\d+) (?:(?:tests?|hooks?) failed|uncaught exceptions?|unhandled rejections?|tests? remained pending)/gm,
    ),
  ].reduce((total, match) => total + Number(match[1]), 0);
  return { passed, failed: exitCode !== 0 ? Math.max(1, failures) : failures };
}
