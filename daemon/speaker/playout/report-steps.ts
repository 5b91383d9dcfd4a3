/** A position that stays the same for longer than this, and so often, moves in steps. */
const stillUs = 2000;
const stills = 4;

/** Notices a device that reports its position in coarse steps: USB's are of 1 ms, some Pi outputs' of 10 ms. */
export class ReportSteps {
  #positionUs = Number.NEGATIVE_INFINITY;
  #sinceUs = 0;
  #counted = false;
  #stills = 0;

  /** Whether its steps are of milliseconds. */
  get coarse(): boolean {
    return this.#stills >= stills;
  }

  /** Takes in where the device says it is, and when. Once the same for long is once, however often it was asked. */
  observe(atUs: number, positionUs: number): void {
    if (positionUs !== this.#positionUs) {
      this.#positionUs = positionUs;
      this.#sinceUs = atUs;
      this.#counted = false;
    } else if (!this.#counted && atUs - this.#sinceUs > stillUs) {
      this.#counted = true;
      this.#stills++;
    }
  }
}
