import { type Frames, frames, type LocalUs, localUs, type Ppm, ppm } from '../../units.ts';
import { ReportSteps } from './report-steps.ts';
import type { SinkStatus } from './sinks/sink.ts';
import { type Point, upperLine } from './upper-line.ts';

/** One point is kept of each stretch of this length: the one nearest to the line. */
const blockUs = 100_000;
/** The line is fitted over this long; longer when the device reports coarsely. */
const windowUs = 12_000_000;
const coarseWindowUs = 20_000_000;
/** A device whose reports scatter more than this reports coarsely. */
const coarseUs = 200;
/** Reports in steps of ms tell most when they come just after a step: until so long is known, many are asked for. */
const closelyUs = 5_000_000;
/** A step is due when it should come within this time, or should have come and is no later than this. */
const dueUs = 250;
/** How far crystals are off when nothing is known. */
const unknownRatePpm = 60;
/** How far a remembered rate can have moved since the last run, and over a restart of the device. */
const rememberedRatePpm = 2;
const restartedRatePpm = 0.5;
/** Known so well over so long, the line stays as good with a third of the reports. */
const settledBoundUs = 4;
const settledUs = 0.9 * windowUs;
/** Reports that are off by more, and by so many times their usual scatter, say that a clock or the device has jumped. */
const jumpUs = 200;
const jumpScatters = 8;
/** A report may be late once; that many in a row behind the line are the new truth. */
const jumpBlocks = 5;
/** A single report that is ahead of a well-known line by more was stamped too early, and would lift it for long. */
const aheadUs = 10;
const aheadForUs = 500_000;
/** Before so many points the scatter isn't known well enough to tell. */
const judgingPoints = 20;

/**
 * When a frame that was written will be heard: a line through the device's reports.
 *
 * A report can only be behind the truth (the driver's last update was a while ago, the stamp was taken late), so
 * the line lies on top of the points (see upper-line.ts), which carries over reports in steps of milliseconds.
 */
export class DacModel {
  readonly #rate: number;
  #points: Point[] = [];
  /** Points in a row that are far from the line. */
  #strays: Point[] = [];
  /** Since when all reports have been ahead of the line. */
  #aheadSinceUs: number | undefined;
  #block: Point | undefined;
  #blockEndUs = 0;
  #ratePpm: number;
  #ratePriorPpm: number;
  #ratePriorSigmaPpm: number;
  /** Of #ratePpm, from the prior and the last fit. */
  #rateSigmaPpm: number;
  #scatterUs = 0;
  readonly #steps = new ReportSteps();
  #refUs = 0;
  #refFrame = 0;

  /**
   * @param rate nominal, Hz
   * @param rememberedPpm of this device's crystal, from an earlier run
   */
  constructor(rate: number, rememberedPpm?: Ppm) {
    this.#rate = rate;
    this.#ratePpm = this.#ratePriorPpm = rememberedPpm ?? 0;
    this.#ratePriorSigmaPpm = rememberedPpm === undefined ? unknownRatePpm : rememberedRatePpm;
    this.#rateSigmaPpm = this.#ratePriorSigmaPpm;
  }

  /** The DAC's rate against the local clock; positive: the DAC is fast. */
  get ratePpm(): Ppm {
    return ppm(this.#ratePpm);
  }

  /** How far the line may be off, from the scatter of the reports and their number. */
  get errorBoundUs(): number {
    const spanS = this.#spanUs() / 1e6;
    const count = this.#points.length + 1;
    return (12 * this.#scatterUs) / count + 2 + (spanS < 2 ? 20 : 0);
  }

  /** Whether there is enough to place a frame by. */
  get ready(): boolean {
    return this.#points.length >= 2;
  }

  /** Whether the line is so well known that fewer reports will do. */
  get settled(): boolean {
    return this.errorBoundUs < settledBoundUs && this.#spanUs() > settledUs;
  }

  /** Whether reports should come as quickly as they can, as the device's steps are coarse. */
  get wantsMore(): boolean {
    return this.#steps.coarse && this.#spanUs() < closelyUs;
  }

  /** Whether a device that moves in steps is about to make one: what it reports just then tells most. */
  stepIsDue(at: LocalUs): boolean {
    const { nextUs } = this.#steps;
    if (nextUs === undefined || this.#points.length < 3) return false;
    const stepAt = this.heardAtLocalUs(frames((nextUs / 1e6) * this.#rate));
    return Math.abs(stepAt - at) < dueUs;
  }

  /** Frames count from a new start (the device was restarted); the crystal is the same one. */
  restart(): void {
    this.#block = undefined;
    this.#begin([]);
  }

  #begin(points: Point[]): void {
    this.#points = points;
    this.#strays = [];
    this.#aheadSinceUs = undefined;
    this.#ratePriorPpm = this.#ratePpm;
    this.#ratePriorSigmaPpm = this.#rateSigmaPpm = Math.hypot(this.#rateSigmaPpm, restartedRatePpm);
  }

  /** Takes in a report of the running device. */
  observe(status: SinkStatus): void {
    const point = { x: status.atLocalUs, y: this.#toUs(status.writtenFrames - status.delayFrames) };
    if (this.#points.length === 0 && !this.#block) {
      this.#refUs = point.x;
      this.#refFrame = status.writtenFrames - status.delayFrames;
      this.#blockEndUs = point.x + blockUs / 10;
    }
    this.#steps.observe(point.x, point.y);
    if (!this.#isDoubtful(point)) {
      if (!this.#block || this.#above(point) >= this.#above(this.#block)) this.#block = point;
      this.#raise(point);
    }
    if (point.x >= this.#blockEndUs) this.#endBlock(point.x);
  }

  /** When a frame will leave the DAC. */
  heardAtLocalUs(frame: Frames): LocalUs {
    return localUs(
      this.#refUs + ((frame - this.#refFrame) / this.#rate) * (1e6 / (1 + this.#ratePpm * 1e-6)),
    );
  }

  /** The frame (with its fraction) that leaves the DAC at a time. */
  frameAt(at: LocalUs): Frames {
    return frames(this.#refFrame + ((at - this.#refUs) / 1e6) * this.#rate * (1 + this.#ratePpm * 1e-6));
  }

  #toUs(count: number): number {
    return (count / this.#rate) * 1e6;
  }

  /** How far a point is above the present line, in nominal µs. */
  #above(point: Point): number {
    return point.y - this.#toUs(this.frameAt(localUs(point.x)));
  }

  /** Whether a report is ahead of what can be, unless all have been for a while: then the line is wrong. */
  #isDoubtful(point: Point): boolean {
    const isKnown = this.#points.length >= judgingPoints;
    if (!isKnown || this.#above(point) <= aheadUs + this.errorBoundUs + 2 * this.#scatterUs) {
      this.#aheadSinceUs = undefined;
      return false;
    }
    this.#aheadSinceUs ??= point.x;
    return point.x - this.#aheadSinceUs < aheadForUs;
  }

  // Until the first fit the line is only lifted onto each point that is above it.
  #raise(point: Point): void {
    const above = this.#above(point);
    if (above > 0 && this.#points.length < 3) this.#refFrame += (above / 1e6) * this.#rate;
  }

  #endBlock(nowUs: number): void {
    if (this.#block) this.#add(this.#block);
    this.#block = undefined;
    // Short blocks first, so that a start soon after opening has something to go by.
    this.#blockEndUs = nowUs + (this.#points.length < 20 ? blockUs / 4 : blockUs);
    const keepUs = this.#steps.coarse || this.#scatterUs > coarseUs ? coarseWindowUs : windowUs;
    while (this.#points[0] && this.#points[0].x < nowUs - keepUs) this.#points.shift();
    if (this.#points.length >= 2 && this.#strays.length === 0) this.#fit(nowUs);
  }

  /** A line through points before and after a jump would be wrong for as long as the former are kept. */
  #add(point: Point): void {
    const above = this.#above(point);
    const isStray =
      this.#points.length >= judgingPoints && Math.abs(above) > jumpUs + jumpScatters * this.#scatterUs;
    if (!isStray) {
      this.#strays = [];
      this.#points.push(point);
      return;
    }
    this.#strays.push(point);
    if (above > 0 || this.#strays.length >= jumpBlocks) this.#begin(this.#strays);
  }

  #fit(nowUs: number): void {
    const spanUs = this.#spanUs();
    const line = upperLine(this.#points);
    const scatterUs = line.meanGap;
    const fittedPpm = (line.slope - 1) * 1e6;
    // Two points near the line fix its slope; each is off by a few times the mean gap over their number.
    const fitSigmaPpm = ((8 * scatterUs) / this.#points.length + 1) / (spanUs / 1e6);
    const weight = this.#ratePriorSigmaPpm ** 2 / (this.#ratePriorSigmaPpm ** 2 + fitSigmaPpm ** 2);
    this.#rateSigmaPpm = fitSigmaPpm * Math.sqrt(weight);
    this.#ratePpm = this.#ratePriorPpm + weight * (fittedPpm - this.#ratePriorPpm);
    this.#scatterUs = scatterUs;
    const slope = 1 + this.#ratePpm * 1e-6;
    const origin = this.#points[0]!;
    let top = 0;
    for (const { x, y } of this.#points) top = Math.max(top, y - origin.y - slope * (x - origin.x));
    this.#refUs = nowUs;
    this.#refFrame = ((origin.y + top + slope * (nowUs - origin.x)) / 1e6) * this.#rate;
  }

  #spanUs(): number {
    return (this.#points.at(-1)?.x ?? 0) - (this.#points[0]?.x ?? 0);
  }
}
