/** When to try again after failures in a row: each wait is twice the one before it, up to a limit. */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  #waitMs = 0;
  #retryAtMs = Number.NEGATIVE_INFINITY;

  constructor(firstMs: number, maxMs: number) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
  }

  /** From when on it may be tried again. */
  get retryAtMs(): number {
    return this.#retryAtMs;
  }

  failed(nowMs: number): void {
    this.#waitMs = Math.min(this.#maxMs, Math.max(this.#firstMs, this.#waitMs * 2));
    this.#retryAtMs = nowMs + this.#waitMs;
  }

  succeeded(): void {
    this.#waitMs = 0;
    this.#retryAtMs = Number.NEGATIVE_INFINITY;
  }
}
