import { type LocalClock, type LocalUs, localUs } from '../../../units.ts';
import type { AlsaLibrary, PcmHandle } from './alsa-library.ts';

/** What libasound says of a device, and when that was so. */
export interface PcmStatus {
  /** Negative errno of the call; the rest means nothing then. */
  readonly error: number;
  readonly state: PcmState;
  readonly delayFrames: number;
  readonly atLocalUs: LocalUs;
  /** How long reading it took. */
  readonly bracketUs: number;
}

/** snd_pcm_state_t, as far as a playing device's states differ to a speaker. */
export type PcmState = 'running' | 'stopped' | 'gone';

const RUNNING = 3;
const DRAINING = 5;
const DISCONNECTED = 8;

// A call takes some µs. When it took longer, this thread was interrupted in it, maybe between a plugin's reading
// of the time and of the position.
const WIDE_BRACKET_US = 60;
// What the clocks of one host differ by is their time since boot or since 1970, not less than this.
const OTHER_CLOCK_US = 1_000_000;

/**
 * The instant that a status belongs to: the driver's stamp, unless it can't be of the local clock; else the middle
 * of the two readings around the call.
 * @param driverUs 0 when the driver gives none
 */
export function statusTime(driverUs: number, beforeUs: LocalUs, afterUs: LocalUs): LocalUs {
  const plausible = driverUs > 0 && driverUs <= afterUs && driverUs > beforeUs - OTHER_CLOCK_US;
  return plausible ? localUs(driverUs) : localUs((beforeUs + afterUs) / 2);
}

/** Reads a device's state, delay and the instant of both, without allocating anything but the answer. */
export class PcmStatusReader {
  readonly #alsa: AlsaLibrary;
  readonly #pcm: PcmHandle;
  readonly #clock: LocalClock;
  readonly #monotonicStamps: boolean;
  readonly #status: Uint8Array;
  readonly #timespec = new Uint32Array(4);

  /** @param monotonicStamps whether the driver promises stamps of CLOCK_MONOTONIC, which is what clock reads */
  constructor(alsa: AlsaLibrary, pcm: PcmHandle, clock: LocalClock, monotonicStamps: boolean) {
    this.#alsa = alsa;
    this.#pcm = pcm;
    this.#clock = clock;
    this.#monotonicStamps = monotonicStamps;
    this.#status = new Uint8Array(alsa.snd_pcm_status_sizeof());
  }

  /** The instant is never before the position was so: a device that seems ahead is worse than one that seems behind. */
  read(): PcmStatus {
    const first = this.#readOnce();
    return first.bracketUs <= WIDE_BRACKET_US ? first : this.#readOnce();
  }

  #readOnce(): PcmStatus {
    const beforeUs = this.#clock();
    const error = this.#alsa.snd_pcm_status(this.#pcm, this.#status);
    const afterUs = this.#clock();
    return {
      error,
      state: stateOf(this.#alsa.snd_pcm_status_get_state(this.#status)),
      delayFrames: this.#alsa.snd_pcm_status_get_delay(this.#status),
      atLocalUs:
        afterUs - beforeUs > WIDE_BRACKET_US ? afterUs : statusTime(this.#driverUs(), beforeUs, afterUs),
      bracketUs: afterUs - beforeUs,
    };
  }

  #driverUs(): number {
    if (!this.#monotonicStamps) return 0;
    this.#alsa.snd_pcm_status_get_htstamp(this.#status, this.#timespec);
    const [secondsLow = 0, secondsHigh = 0, nanoseconds = 0] = this.#timespec;
    return (secondsHigh * 2 ** 32 + secondsLow) * 1e6 + nanoseconds / 1e3;
  }
}

function stateOf(alsaState: number): PcmState {
  if (alsaState === RUNNING || alsaState === DRAINING) return 'running';
  return alsaState === DISCONNECTED ? 'gone' : 'stopped';
}
