import type { LocalUs } from '../units.ts';

/** What is believed of a room clock at a local time: offset (room − local) and drift, with their covariance. */
export interface ClockState {
  readonly atUs: LocalUs;
  readonly offsetUs: number;
  readonly driftPpm: number;
  /** Variance of the offset, µs². */
  readonly p00: number;
  /** Covariance, µs·ppm. */
  readonly p01: number;
  /** Variance of the drift, ppm². */
  readonly p11: number;
}

// Random walk of the rate: ppm² per second. A crystal that wanders by 0.3 ppm over 2.5 minutes has 0.0012.
const DRIFT_WALK = 0.002;
// Random walk of the offset beside that: µs² per second.
const OFFSET_WALK = 0.1;
const MAX_DRIFT_PPM = 1000;

/**
 * The state at a later time: the Kalman filter's prediction. Drift is a random walk, the offset its integral.
 * After the two-state clock model in J. Barnes et al., "Characterization of Frequency Stability" (IEEE IM-20, 1971).
 */
export function advanced(state: ClockState, to: LocalUs): ClockState {
  const dt = Math.max(0, to - state.atUs) / 1e6;
  const { p00, p01, p11 } = state;
  return {
    ...state,
    atUs: to,
    offsetUs: state.offsetUs + (to - state.atUs) * state.driftPpm * 1e-6,
    p00: p00 + 2 * dt * p01 + dt ** 2 * p11 + (DRIFT_WALK * dt ** 3) / 3 + OFFSET_WALK * dt,
    p01: p01 + dt * p11 + (DRIFT_WALK * dt ** 2) / 2,
    p11: p11 + DRIFT_WALK * dt,
  };
}

/**
 * The state once an offset was measured at its time: the Kalman filter's correction.
 * @param residualUs measured − believed offset
 * @param variance of the measurement, µs²
 */
export function corrected(state: ClockState, residualUs: number, variance: number): ClockState {
  const gainOffset = state.p00 / (state.p00 + variance);
  const gainDrift = state.p01 / (state.p00 + variance);
  const driftPpm = state.driftPpm + gainDrift * residualUs;
  return {
    ...state,
    offsetUs: state.offsetUs + gainOffset * residualUs,
    driftPpm: Math.max(-MAX_DRIFT_PPM, Math.min(MAX_DRIFT_PPM, driftPpm)),
    p00: (1 - gainOffset) * state.p00,
    p01: (1 - gainOffset) * state.p01,
    p11: state.p11 - gainDrift * state.p01,
  };
}

/** The state believed in less: by one sigma of offset and drift. */
export function unsettled(state: ClockState, offsetSigmaUs: number, driftSigmaPpm: number): ClockState {
  return { ...state, p00: state.p00 + offsetSigmaUs ** 2, p11: state.p11 + driftSigmaPpm ** 2 };
}
