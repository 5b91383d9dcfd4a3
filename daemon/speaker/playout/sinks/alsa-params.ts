import { setupError } from './alsa-error.ts';
import type { AlsaLibrary, PcmHandle } from './alsa-library.ts';
import type { DeviceFormat } from './sample-format.ts';
import { SinkError } from './sink.ts';

/** What device and speaker have agreed on. */
export interface PcmParams {
  readonly format: DeviceFormat;
  readonly rate: number;
  readonly channels: number;
  readonly bufferFrames: number;
  readonly periodFrames: number;
  /** Whether the driver promises to stamp its status by CLOCK_MONOTONIC. */
  readonly monotonicStamps: boolean;
}

// snd_pcm_format_t, little endian. The more resolution the better; where float is native to a device, the
// integer formats before it are too.
const FORMATS: readonly (readonly [DeviceFormat, number])[] = [
  ['S32', 10],
  ['S24', 6],
  ['S24_3LE', 32],
  ['FLOAT', 14],
  ['S16', 2],
];
const ACCESS_RW_INTERLEAVED = 3;
const TSTAMP_ENABLE = 1;
const TSTAMP_TYPE_MONOTONIC = 1;

const PREFERRED_RATE = 48_000;
const PREFERRED_CHANNELS = 2;
const MAX_CHANNELS = 8;
const BUFFER_US = 250_000;
const PERIOD_US = 10_000;

/** Throws a SinkError with the step's name when libasound's answer is an error. */
type Check = (step: string, result: number) => void;

/**
 * Agrees with an open device on the best format, the rate nearest to 48 kHz, two channels or what it has, and
 * about 250 ms of buffer in periods of about 10 ms. The device then waits for snd_pcm_start.
 * @throws {SinkError} unsupported, busy or gone
 */
export function configurePcm(alsa: AlsaLibrary, pcm: PcmHandle, device: string): PcmParams {
  const check: Check = (step, result) => {
    if (result < 0) throw setupError(alsa, device, step, result);
  };
  const agreed = chooseHardware(alsa, pcm, device, check);
  const bufferFrames = new BigUint64Array(1);
  const periodFrames = new BigUint64Array(1);
  check('reading back buffer and period', alsa.snd_pcm_get_params(pcm, bufferFrames, periodFrames));
  const period = Number(periodFrames[0]);
  const monotonicStamps = setSoftware(alsa, pcm, period, check);
  return { ...agreed, bufferFrames: Number(bufferFrames[0]), periodFrames: period, monotonicStamps };
}

function chooseHardware(alsa: AlsaLibrary, pcm: PcmHandle, device: string, check: Check) {
  const params = new Uint8Array(alsa.snd_pcm_hw_params_sizeof());
  const agreed = chooseSamples(alsa, pcm, params, device, check);
  const plain = params.slice();
  alsa.snd_pcm_hw_params_set_buffer_time_near(pcm, params, Uint32Array.of(BUFFER_US), null);
  alsa.snd_pcm_hw_params_set_period_time_near(pcm, params, Uint32Array.of(PERIOD_US), null);
  // Some drivers find out only now that they can't do this buffer; then any will do.
  if (alsa.snd_pcm_hw_params(pcm, params) < 0) {
    check('setting rate and format', alsa.snd_pcm_hw_params(pcm, plain));
  }
  return agreed;
}

function chooseSamples(alsa: AlsaLibrary, pcm: PcmHandle, params: Uint8Array, device: string, check: Check) {
  check('reading what it can do', alsa.snd_pcm_hw_params_any(pcm, params));
  // Jam's own resampler is better than a plugin's, and its phase is known.
  check('doing without resampling', alsa.snd_pcm_hw_params_set_rate_resample(pcm, params, 0));
  check('interleaved access', alsa.snd_pcm_hw_params_set_access(pcm, params, ACCESS_RW_INTERLEAVED));
  const found = FORMATS.find(([, id]) => alsa.snd_pcm_hw_params_set_format(pcm, params, id) >= 0);
  if (!found) {
    const names = FORMATS.map(([name]) => name).join(', ');
    throw new SinkError('unsupported', `the sound device "${device}" takes none of the formats ${names}`);
  }
  const channels = Uint32Array.of(PREFERRED_CHANNELS);
  check('setting channels', alsa.snd_pcm_hw_params_set_channels_near(pcm, params, channels));
  const rate = Uint32Array.of(PREFERRED_RATE);
  check('setting the rate', alsa.snd_pcm_hw_params_set_rate_near(pcm, params, rate, null));
  const agreed = { format: found[0], rate: rate[0] ?? 0, channels: channels[0] ?? 0 };
  if (agreed.channels > MAX_CHANNELS) {
    const count = agreed.channels;
    throw new SinkError('unsupported', `the sound device "${device}" has ${count} channels, more than 8`);
  }
  return agreed;
}

/** Returns whether the driver promises stamps of CLOCK_MONOTONIC. */
function setSoftware(alsa: AlsaLibrary, pcm: PcmHandle, periodFrames: number, check: Check): boolean {
  const params = new Uint8Array(alsa.snd_pcm_sw_params_sizeof());
  check('reading its software parameters', alsa.snd_pcm_sw_params_current(pcm, params));
  const boundary = new BigUint64Array(1);
  check('reading its boundary', alsa.snd_pcm_sw_params_get_boundary(params, boundary));
  // A threshold that is never reached: the first frame is heard when snd_pcm_start says so, and not before.
  const threshold = boundary[0] ?? 0n;
  check('setting an explicit start', alsa.snd_pcm_sw_params_set_start_threshold(pcm, params, threshold));
  check('setting its wake-up', alsa.snd_pcm_sw_params_set_avail_min(pcm, params, periodFrames));
  const stamps = alsa.snd_pcm_sw_params_set_tstamp_mode(pcm, params, TSTAMP_ENABLE);
  const type = alsa.snd_pcm_sw_params_set_tstamp_type(pcm, params, TSTAMP_TYPE_MONOTONIC);
  check('setting software parameters', alsa.snd_pcm_sw_params(pcm, params));
  return stamps >= 0 && type >= 0;
}
