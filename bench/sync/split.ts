import type { RoomReport } from '../measure/spread.ts';
import { median, type Percentiles, percentiles } from '../measure/statistics.ts';
import type { HostPlan } from '../rig/rig.ts';
import type { Look, LookedAtReport } from './status-poll.ts';

/** A value by its size, and its mean with its sign. */
export interface Part extends Percentiles {
  readonly mean: number;
}

/**
 * Where one speaker's error comes from, µs, positive is late. Clock, controller and DAC are against the
 * room's median of that part, as only differences are heard; they add up to the whole.
 */
export interface Split {
  readonly name: string;
  /** The error that was heard. */
  readonly whole: Part;
  /** By the clock estimate: what it was reported to be, against the rig's clocks. */
  readonly clock: Part;
  /** By the controller: the playout error that was reported. */
  readonly controller: Part;
  /** What is left: the DAC model. */
  readonly dac: Part;
  /** The clock estimate itself, against the truth and not the others; positive: room − local is taken for too large. */
  readonly offset: Part;
  /** Share of the reports in which that was within the reported error bound. */
  readonly clockBoundShare: number;
  /** The DAC's reported rate less the true one, ppm. */
  readonly dacPpm: Part;
}

/** Splits the error that was heard by what the speakers reported at the same time, and what is true. */
export function splitError(room: RoomReport, looks: readonly Look[], plans: readonly HostPlan[]): Split[] {
  const points = looks.map((look) => pointsOf(room, look, plans)).filter((all) => all !== null);
  return plans.map(({ name }, index) => {
    const mine = points.flatMap((all) => all[index] ?? []);
    const of = (value: (point: Point) => number): Part => partOf(mine.map(value));
    return {
      name,
      whole: of(({ wholeUs }) => wholeUs),
      clock: of(({ clockUs }) => clockUs),
      controller: of(({ controllerUs }) => controllerUs),
      dac: of(({ wholeUs, clockUs, controllerUs }) => wholeUs - clockUs - controllerUs),
      offset: of(({ offsetErrorUs }) => offsetErrorUs),
      clockBoundShare: mine.filter(isInBound).length / mine.length,
      dacPpm: of(({ dacErrorPpm }) => dacErrorPpm),
    };
  });
}

interface Point {
  readonly wholeUs: number;
  readonly clockUs: number;
  readonly controllerUs: number;
  readonly offsetErrorUs: number;
  readonly clockBoundUs: number;
  readonly dacErrorPpm: number;
}

/** One look, by speaker; null unless all of them were heard and had reported. */
function pointsOf(room: RoomReport, look: Look, plans: readonly HostPlan[]): Point[] | null {
  const found = plans.map((plan, index) => {
    const report = look.reports.find(({ name }) => name === plan.name);
    const heardUs = report && lateAt(room, index, look.atTrueUs + report.bufferMs * 1000);
    return report && heardUs !== null && heardUs !== undefined ? { plan, report, heardUs } : null;
  });
  const known = found.filter((one) => one !== null);
  if (known.length < found.length) return null;
  const offsetErrorsUs = known.map(({ plan, report }) => report.offsetUs - trueOffsetUs(plan, report));
  const wholeUs = centred(known.map(({ heardUs }) => heardUs));
  // Who takes the room clock for further on than it is plays early.
  const clockUs = centred(offsetErrorsUs.map((errorUs) => -errorUs));
  const controllerUs = centred(known.map(({ report }) => report.errorUs));
  return known.map(({ plan, report }, i) => ({
    wholeUs: wholeUs[i] ?? Number.NaN,
    clockUs: clockUs[i] ?? Number.NaN,
    controllerUs: controllerUs[i] ?? Number.NaN,
    offsetErrorUs: offsetErrorsUs[i] ?? Number.NaN,
    clockBoundUs: report.clockBoundUs,
    dacErrorPpm: report.dacPpm - trueDacPpm(plan),
  }));
}

/** room − local on that host at the report's time. The room clock is true; the host's has its offset, then its rate. */
function trueOffsetUs({ clockOffsetS, clockPpm }: HostPlan, { sentRoomUs }: LookedAtReport): number {
  return -clockOffsetS * 1e6 - (sentRoomUs + clockOffsetS * 1e6) * clockPpm * 1e-6;
}

/** Of the DAC against the host's clock. */
function trueDacPpm({ dac, clockPpm }: HostPlan): number {
  return ((1 + dac.ppm * 1e-6) / (1 + clockPpm * 1e-6) - 1) * 1e6;
}

function lateAt({ timesUs, speakers }: RoomReport, index: number, trueUs: number): number | null {
  const [first = 0, second = first + 1] = timesUs;
  return speakers[index]?.lateUs[Math.round((trueUs - first) / (second - first))] ?? null;
}

function centred(values: readonly number[]): number[] {
  const middle = median(values);
  return values.map((value) => value - middle);
}

function isInBound({ offsetErrorUs, clockBoundUs }: Point): boolean {
  return Math.abs(offsetErrorUs) <= clockBoundUs;
}

function partOf(values: readonly number[]): Part {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { ...percentiles(values.map(Math.abs)), mean };
}
