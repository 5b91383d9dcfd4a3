import { amplitudeOf, type GainRamp } from './gain.ts';

/** How loud: the room's and the speaker's own volume, 0 to 100. */
export interface PlayoutLevels {
  readonly roomVolume: number;
  readonly speakerVolume: number;
  readonly muted: boolean;
}

/** A device's own volume control. */
export interface HardwareVolume {
  /**
   * Sets it as near to an amplitude as it goes.
   * @param amplitude above 0, up to 1
   * @returns the gain that is left to be applied to the samples: 1, unless it can't go so low or fails
   */
  set(amplitude: number): number;
  /** Why it can't be used, for people; empty when it can. */
  readonly problem: string;
  close(): void;
}

/** Makes it as loud as the levels say: by the samples' gain, or by the device's own control where there is one. */
export class Loudness {
  readonly #gain: GainRamp;
  readonly #hardware: HardwareVolume | undefined;
  #levels: PlayoutLevels | undefined;

  constructor(gain: GainRamp, hardware: HardwareVolume | undefined) {
    this.#gain = gain;
    this.#hardware = hardware;
  }

  get problem(): string {
    return this.#hardware?.problem ?? '';
  }

  setLevels(levels: PlayoutLevels): void {
    this.#levels = levels;
    this.apply();
  }

  /** Silence from the next frame rendered on, whatever the levels were. */
  silence(): void {
    this.#levels = undefined;
    this.#gain.moveTo(0);
  }

  /** Once more, as a device that was opened anew may have forgotten. Silence is always the samples'. */
  apply(): void {
    if (!this.#levels) return;
    const { roomVolume, speakerVolume, muted } = this.#levels;
    const amplitude = amplitudeOf(roomVolume) * amplitudeOf(speakerVolume);
    const gain = amplitude > 0 && this.#hardware ? this.#hardware.set(amplitude) : amplitude;
    this.#gain.moveTo(muted ? 0 : gain);
  }

  close(): void {
    this.#hardware?.close();
  }
}
