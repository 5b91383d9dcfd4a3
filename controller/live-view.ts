import type { Output } from './session.ts';

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const NO_WRAP = '\x1b[?7l';
const WRAP = '\x1b[?7h';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/** Lines on a terminal that are redrawn in place, without flicker; what is too wide or too long is cut. */
export class LiveView {
  readonly #output: Output;
  #drawnLines = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  draw(text: string): void {
    const lines = text.split('\n').slice(0, Math.max(1, (this.#output.rows ?? 24) - 1));
    const up = this.#drawnLines > 0 ? `\x1b[${this.#drawnLines}A\r` : '';
    const body = lines.map((line) => `${line}${CLEAR_LINE}\n`).join('');
    this.#output.write(`${HIDE_CURSOR}${NO_WRAP}${up}${body}${CLEAR_BELOW}${WRAP}`);
    this.#drawnLines = lines.length;
  }

  /** Leaves what was drawn last, and the terminal as it was. */
  end(): void {
    this.#output.write(`${WRAP}${SHOW_CURSOR}`);
  }
}
