/** A position that stays the same for longer than this, and so often, moves in steps. */
const stillUs = 2000;
const stills = 4;
/** One that so often in a row has moved by whole ms, or by as good as that, moves in steps of 1 ms. */
const usbStepUs = 1000;
const usbFrameUs = 25;
const usbMoves = 12;

/** Notices a device that reports its position in coarse steps: USB's are of 1 ms, some Pi outputs' of 10 ms. */
export class ReportSteps {
  #positionUs = Number.NEGATIVE_INFINITY;
  #sinceUs = 0;
  #counted = false;
  #stills = 0;
  #wholeMs = 0;
  #leastUs = Number.POSITIVE_INFINITY;

  /** Whether its steps are of several milliseconds. */
  get coarse(): boolean {
    return this.#stills >= stills;
  }

  /** Where it will be after the next step; undefined when it isn't known to move in steps. */
  get nextUs(): number | undefined {
    if (this.coarse) return this.#positionUs + this.#leastUs;
    return this.#wholeMs >= usbMoves ? this.#positionUs + usbStepUs : undefined;
  }

  /** Takes in where the device says it is, and when. Once the same for long is once, however often it was asked. */
  observe(atUs: number, positionUs: number): void {
    if (positionUs !== this.#positionUs) {
      this.#noteMove(positionUs - this.#positionUs);
      this.#positionUs = positionUs;
      this.#sinceUs = atUs;
      this.#counted = false;
    } else if (!this.#counted && atUs - this.#sinceUs > stillUs) {
      this.#counted = true;
      this.#stills++;
    }
  }

  #noteMove(byUs: number): void {
    if (!(byUs > 0 && byUs < Number.POSITIVE_INFINITY)) return;
    this.#leastUs = Math.min(this.#leastUs, byUs);
    const offUs = Math.abs(byUs - usbStepUs * Math.round(byUs / usbStepUs));
    this.#wholeMs = offUs < usbFrameUs && byUs > usbFrameUs ? this.#wholeMs + 1 : 0;
  }
}
