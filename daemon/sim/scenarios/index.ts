import type { Scenario } from '../scenario.ts';
import { chaosScenarios } from './chaos.ts';
import { clockScenarios } from './clocks.ts';
import { crashScenarios } from './crashes.ts';
import { musicScenarios } from './music.ts';
import { networkScenarios } from './network.ts';

/** All scenarios, the ordinary ones first. */
export const SCENARIOS: readonly Scenario[] = [
  ...musicScenarios,
  ...networkScenarios,
  ...clockScenarios,
  ...crashScenarios,
  ...chaosScenarios,
];

/** The scenario of a name; undefined when there is none. */
export function scenarioNamed(name: string): Scenario | undefined {
  return SCENARIOS.find((scenario) => scenario.name === name);
}
