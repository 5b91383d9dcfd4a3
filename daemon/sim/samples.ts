/** What was measured at one instant. */
export interface Sample {
  /** True time. */
  readonly atUs: number;
  /** Of each speaker, in their order: heard − intended, positive is late, µs; null: not in place or silent. */
  readonly errorsUs: readonly (number | null)[];
  /** The largest difference of two in one room; null below two. */
  readonly spreadUs: number | null;
  /** What jamctl would show as the bound on it; null: nothing, or not looked at. */
  readonly boundUs: number | null;
}

/** Figures of a run. */
export interface Figures {
  readonly spread: { readonly rms: number; readonly max: number };
  readonly error: { readonly median: number; readonly max: number };
  /** Instants at which a bound was shown, and those at which it was too low. */
  readonly bounds: number;
  readonly boundMisses: number;
}

/** @param missed instants at which the bound was too low */
export function figuresOf(samples: readonly Sample[], missed: number): Figures {
  const spreads = samples.flatMap(({ spreadUs }) => spreadUs ?? []);
  const errors = samples.flatMap(({ errorsUs }) => errorsUs.filter((error) => error !== null));
  const magnitudes = errors.map(Math.abs);
  return {
    spread: { rms: rootMeanSquare(spreads), max: largest(spreads) },
    error: { median: median(errors), max: largest(magnitudes) },
    bounds: samples.filter(({ boundUs, spreadUs }) => boundUs !== null && spreadUs !== null).length,
    boundMisses: missed,
  };
}

function rootMeanSquare(values: readonly number[]): number {
  return values.length === 0 ? 0 : Math.sqrt(values.reduce((sum, one) => sum + one ** 2, 0) / values.length);
}

function largest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
