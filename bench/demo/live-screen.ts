import type { WriteStream } from 'node:tty';

/** What is written to: a terminal, where a view is redrawn in place, or anything else, where it is shown now and then. */
type Output = WriteStream | (NodeJS.WritableStream & { isTTY?: false });

const plainEveryMs = 3000;

/** Lines that stay, and below them a view that changes. */
export class LiveScreen {
  readonly #output: Output;
  #viewLines = 0;
  #shownAtMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(output: Output) {
    this.#output = output;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Writes a line that stays. */
  say(line: string): void {
    this.#clearView();
    this.#output.write(`\n▸ ${line}\n`);
    this.#shownAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Redraws the view. */
  show(view: string): void {
    if (this.#closed) return;
    if (!this.#output.isTTY && performance.now() - this.#shownAtMs < plainEveryMs) return;
    this.#clearView();
    this.#output.write(`${view}\n`);
    this.#viewLines = this.#output.isTTY ? view.split('\n').length : 0;
    this.#shownAtMs = performance.now();
  }

  /** The last view stays. */
  close(): void {
    this.#viewLines = 0;
    this.#closed = true;
  }

  #clearView(): void {
    if (this.#viewLines > 0) this.#output.write(`\u001b[${this.#viewLines}A\u001b[J`);
    this.#viewLines = 0;
  }
}
