import type { Random } from '../random.ts';
import { seededRandom } from '../random.ts';
import { localUs } from '../units.ts';
import { Conditions } from './conditions.ts';
import { Faults } from './faults.ts';
import { DEFAULT_HOME, Home, type HomeModel } from './home.ts';
import { Ledger } from './ledger.ts';
import { Monitor } from './monitor.ts';
import { type Figures, figuresOf, type Sample } from './samples.ts';
import { DEFAULT_LIMITS, type Director, type Limits, type Scenario } from './scenario.ts';
import { type Violation, Violations } from './violation.ts';

/** What a run is to be like, beside its scenario. */
export interface RunOptions {
  readonly seed: number;
  /** Instead of the scenario's. */
  readonly seconds?: number;
  readonly speakers?: number;
  /** Ends then, s, however long the scenario plans for; what only the whole run shows isn't judged. */
  readonly untilS?: number;
  /** Keeps also what programs say often. */
  readonly isDetailed?: boolean;
}

/** What a run has shown. */
export interface Outcome {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly model: HomeModel;
  /** What the scenario planned by. */
  readonly plannedS: number;
  /** Simulated. */
  readonly seconds: number;
  /** Real. */
  readonly tookS: number;
  readonly samples: readonly Sample[];
  readonly figures: Figures;
  readonly glitches: number;
  readonly commands: { readonly done: number; readonly refused: number; readonly unanswered: number };
  readonly violations: readonly Violation[];
  readonly log: readonly string[];
}

const LOOK_EVERY_US = 250_000;

/** Runs a scenario from beginning to end. */
export async function run(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const model: HomeModel = {
    ...DEFAULT_HOME,
    ...scenario.home,
    ...(options.speakers === undefined ? {} : { speakers: options.speakers }),
  };
  const limits: Limits = { ...DEFAULT_LIMITS, ...scenario.limits };
  const seconds = options.seconds ?? scenario.seconds;
  const violations = new Violations(() => home.schedule.nowUs);
  const ledger = new Ledger(
    () => home.schedule.nowUs,
    (name) => home.speakers.find((speaker) => speaker.name === name)?.host.clock() ?? localUs(0),
    violations,
  );
  const home: Home = new Home(model, options.seed, ledger, options.isDetailed);
  const conditions = new Conditions(
    home,
    ({ name }) => home.coordinator.disk.kept?.speakers.find((one) => one.name === name)?.roomId,
    limits.withinS * 1e6,
  );
  const monitor = new Monitor(home, limits, conditions, ledger, violations);
  const random = seededRandom(options.seed ^ 0x5eed);
  home.start();
  scenario.script(directorOf(home, new Faults(home, conditions), random, seconds));

  const startedMs = performance.now();
  const endUs = Math.min(seconds, options.untilS ?? seconds) * 1e6;
  let glitches = 0;
  for (
    let atUs = LOOK_EVERY_US;
    atUs <= seconds * 1e6 && home.schedule.nowUs < endUs;
    atUs += LOOK_EVERY_US
  ) {
    // Not always at the same place of a second.
    await home.schedule.runUntil(atUs - random() * LOOK_EVERY_US * 0.5);
    monitor.look();
    const before = glitches;
    glitches = ledger.glitchCount;
    if (before <= limits.glitches && glitches > limits.glitches)
      violations.add('glitch', `${glitches} glitches, ${limits.glitches} allowed`);
  }
  const figures = figuresOf(monitor.samples, monitor.boundMisses);
  if (options.untilS === undefined) judge(figures, limits, violations);
  return {
    scenario,
    seed: options.seed,
    model,
    plannedS: seconds,
    seconds: home.schedule.nowUs / 1e6,
    tookS: (performance.now() - startedMs) / 1000,
    samples: monitor.samples,
    figures,
    glitches,
    commands: home.controller.counts,
    violations: violations.list,
    log: home.log.lines,
  };
}

/** What only the whole run shows: it counts as of its end. */
function judge(figures: Figures, limits: Limits, violations: Violations): void {
  const { spread, error, bounds, boundMisses } = figures;
  if (spread.rms > limits.spreadRmsUs)
    violations.add('spread', `its root mean square is ${spread.rms.toFixed(1)} µs`);
  if (Math.abs(error.median) < limits.leastErrorUs)
    violations.add('error', `its median is ${error.median.toFixed(1)} µs, which nobody can have known`);
  if (boundMisses > limits.boundMisses * bounds)
    violations.add(
      'bound',
      `the displayed bound was below the true spread ${boundMisses} of ${bounds} times`,
    );
}

function directorOf(home: Home, faults: Faults, random: Random, seconds: number): Director {
  const { controller, schedule } = home;
  const director: Director = {
    home,
    faults,
    random,
    seconds,
    at: (atS, run) => void schedule.at(atS * 1e6, run),
    command: (body, room = 'main') => void controller.command(room, body),
    ask: (body) => void controller.ask(body, body.kind),
    music: (rounds = 1) => {
      const tracks = Array.from({ length: rounds }, () => home.tracks).flat();
      director.at(4, () => director.command({ kind: 'add', tracks }));
      director.at(5, () => director.command({ kind: 'play' }));
    },
    mainRoom: () => home.coordinator.rooms.find((one) => one.room.name === 'main'),
  };
  return director;
}
