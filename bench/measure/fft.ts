/**
 * Discrete Fourier transforms of one length, in place, radix 2 (Cooley & Tukey, 1965).
 * Forward is Σ x[n]·e^(−2πikn/size); inverse has the factor 1/size.
 */
export class Fft {
  readonly size: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #reversed: Uint32Array;

  /** @throws {RangeError} unless size is a power of two, 2 or more */
  constructor(size: number) {
    const bits = Math.log2(size);
    if (!Number.isInteger(bits) || bits < 1) throw new RangeError(`FFT size ${size} is no power of two`);
    this.size = size;
    this.#cos = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.#sin = Float64Array.from({ length: size / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / size));
    this.#reversed = new Uint32Array(size);
    for (let i = 1; i < size; i++) {
      this.#reversed[i] = ((this.#reversed[i >> 1] ?? 0) >> 1) | ((i & 1) << (bits - 1));
    }
  }

  forward(re: Float64Array, im: Float64Array): void {
    this.#reorder(re, im);
    for (let half = 1; half < this.size; half *= 2) this.#butterflies(re, im, half);
  }

  inverse(re: Float64Array, im: Float64Array): void {
    this.forward(im, re);
    for (let i = 0; i < this.size; i++) {
      re[i] = (re[i] as number) / this.size;
      im[i] = (im[i] as number) / this.size;
    }
  }

  #reorder(re: Float64Array, im: Float64Array): void {
    for (let i = 0; i < this.size; i++) {
      const j = this.#reversed[i] as number;
      if (j <= i) continue;
      const [a, b] = [re[i] as number, im[i] as number];
      re[i] = re[j] as number;
      im[i] = im[j] as number;
      re[j] = a;
      im[j] = b;
    }
  }

  #butterflies(re: Float64Array, im: Float64Array, half: number): void {
    const stride = this.size / 2 / half;
    for (let start = 0; start < this.size; start += 2 * half) {
      for (let k = 0, twiddle = 0; k < half; k++, twiddle += stride) {
        const [even, odd] = [start + k, start + k + half];
        const c = this.#cos[twiddle] as number;
        const s = this.#sin[twiddle] as number;
        const x = re[odd] as number;
        const y = im[odd] as number;
        const xr = x * c - y * s;
        const xi = x * s + y * c;
        re[odd] = (re[even] as number) - xr;
        im[odd] = (im[even] as number) - xi;
        re[even] = (re[even] as number) + xr;
        im[even] = (im[even] as number) + xi;
      }
    }
  }
}

/** The smallest power of two that is at least length. */
export function fftSizeFor(length: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, length)));
}
