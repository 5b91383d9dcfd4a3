import type { RigFiles } from './tools.ts';

/** A simulated DAC: what its crystal and its driver are like. */
export interface DacPlan {
  /** The crystal's error; positive: it consumes faster. */
  readonly ppm: number;
  /** Amplitude of the crystal's slow change, over two minutes. */
  readonly wanderPpm: number;
  /** Steps in which the driver reports the position; 0: exactly. */
  readonly reportUs: number;
  /** Frames of its own between the driver's position and what is heard. */
  readonly fifoFrames: number;
  /** The device stands still for hiccupMs about every hiccupS; 0: never. */
  readonly hiccupS: number;
  readonly hiccupMs: number;
  readonly formats: readonly ('S16_LE' | 'S24_3LE' | 'S24_LE' | 'S32_LE' | 'FLOAT_LE')[];
  readonly rates: readonly number[];
}

export const plainDac: DacPlan = {
  ppm: 0,
  wanderPpm: 0,
  reportUs: 0,
  fifoFrames: 0,
  hiccupS: 0,
  hiccupMs: 0,
  formats: ['S16_LE', 'S32_LE'],
  rates: [44_100, 48_000],
};

/** ALSA's configuration of a host with that DAC as the PCMs `jamdac` and `default`, recording to a file. */
export function alsaConfig(files: RigFiles, dac: DacPlan, recordPath: string): string {
  return `</usr/share/alsa/alsa.conf>
pcm_type.jamdac { lib "${files.plugin}" }
pcm.jamdac {
  type jamdac
  record "${recordPath}"
  ppm ${dac.ppm}
  wander_ppm ${dac.wanderPpm}
  wander_s 120
  report_us ${dac.reportUs}
  fifo_frames ${dac.fifoFrames}
  hiccup_s ${dac.hiccupS}
  hiccup_ms ${dac.hiccupMs}
  formats "${dac.formats.join(' ')}"
  rates "${dac.rates.join(' ')}"
}
pcm.!default jamdac
`;
}
