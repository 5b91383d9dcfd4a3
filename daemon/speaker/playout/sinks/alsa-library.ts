import koffi, { type LibraryHandle } from 'koffi';
import { SinkError } from './sink.ts';

/** A snd_pcm_t*. */
export type PcmHandle = bigint;
/** Memory of one of libasound's opaque structs, as long as its sizeof function says. */
export type Opaque = Uint8Array;

/**
 * The few functions of libasound that a speaker needs, by their own names: the reference is
 * https://www.alsa-project.org/alsa-doc/alsa-lib/. Those that return an int or a count of frames
 * return a negative errno on failure. Typed arrays of one element are what the function writes to.
 */
export interface AlsaLibrary {
  snd_strerror(error: number): string;
  snd_pcm_open(pcm: BigUint64Array, name: string, stream: number, mode: number): number;
  snd_pcm_close(pcm: PcmHandle): number;
  snd_pcm_prepare(pcm: PcmHandle): number;
  snd_pcm_start(pcm: PcmHandle): number;
  snd_pcm_drop(pcm: PcmHandle): number;
  snd_pcm_avail(pcm: PcmHandle): number;
  snd_pcm_writei(pcm: PcmHandle, interleaved: Uint8Array, frames: number): number;

  snd_pcm_status_sizeof(): number;
  snd_pcm_status(pcm: PcmHandle, status: Opaque): number;
  snd_pcm_status_get_state(status: Opaque): number;
  snd_pcm_status_get_delay(status: Opaque): number;
  /** @param timespec seconds and nanoseconds, 64 bits each, low half first */
  snd_pcm_status_get_htstamp(status: Opaque, timespec: Uint32Array): void;

  snd_pcm_hw_params_sizeof(): number;
  snd_pcm_hw_params_any(pcm: PcmHandle, params: Opaque): number;
  snd_pcm_hw_params_set_rate_resample(pcm: PcmHandle, params: Opaque, allowed: number): number;
  snd_pcm_hw_params_set_access(pcm: PcmHandle, params: Opaque, access: number): number;
  snd_pcm_hw_params_set_format(pcm: PcmHandle, params: Opaque, format: number): number;
  snd_pcm_hw_params_set_channels_near(pcm: PcmHandle, params: Opaque, channels: Uint32Array): number;
  snd_pcm_hw_params_set_rate_near(pcm: PcmHandle, params: Opaque, rate: Uint32Array, dir: null): number;
  snd_pcm_hw_params_set_buffer_time_near(pcm: PcmHandle, params: Opaque, us: Uint32Array, dir: null): number;
  snd_pcm_hw_params_set_period_time_near(pcm: PcmHandle, params: Opaque, us: Uint32Array, dir: null): number;
  snd_pcm_hw_params(pcm: PcmHandle, params: Opaque): number;
  snd_pcm_get_params(pcm: PcmHandle, bufferFrames: BigUint64Array, periodFrames: BigUint64Array): number;

  snd_pcm_sw_params_sizeof(): number;
  snd_pcm_sw_params_current(pcm: PcmHandle, params: Opaque): number;
  snd_pcm_sw_params_get_boundary(params: Opaque, frames: BigUint64Array): number;
  snd_pcm_sw_params_set_start_threshold(pcm: PcmHandle, params: Opaque, frames: bigint): number;
  snd_pcm_sw_params_set_avail_min(pcm: PcmHandle, params: Opaque, frames: number): number;
  snd_pcm_sw_params_set_tstamp_mode(pcm: PcmHandle, params: Opaque, mode: number): number;
  snd_pcm_sw_params_set_tstamp_type(pcm: PcmHandle, params: Opaque, type: number): number;
  snd_pcm_sw_params(pcm: PcmHandle, params: Opaque): number;
}

/**
 * Loads libasound.so.2 and keeps it from printing its errors on stderr.
 * @throws {SinkError} missing, when the library isn't installed
 */
export function loadAlsa(): AlsaLibrary {
  const library = openLibasound();
  const func: Declare = (prototype) => library.func(prototype);
  const silenced = func('int snd_lib_error_set_handler(void *handler)')(doNothing());
  if (silenced < 0) throw new SinkError('missing', 'libasound.so.2 is too old: it takes no error handler');
  return { ...pcmFunctions(func), ...hwParamsFunctions(func), ...swParamsFunctions(func) };
}

type Declare = (prototype: string) => ReturnType<LibraryHandle['func']>;

/** libasound itself, for those that need more of it than AlsaLibrary. @throws {SinkError} missing */
export function openLibasound(): LibraryHandle {
  try {
    return koffi.load('libasound.so.2');
  } catch (cause) {
    throw new SinkError(
      'missing',
      'ALSA is not installed (no libasound.so.2): install the package libasound2, ' +
        `on Debian 13 and later libasound2t64 (${cause instanceof Error ? cause.message : cause})`,
    );
  }
}

// The error handler is one for the process and may be called from libasound's own threads, so it must not be
// JavaScript. getpid takes no arguments and does nothing: whatever it is called with goes unread.
function doNothing(): bigint {
  return koffi.load('libc.so.6').symbol('getpid');
}

function pcmFunctions(func: Declare) {
  return {
    snd_strerror: func('const char *snd_strerror(int error)'),
    snd_pcm_open: func('int snd_pcm_open(void *pcm, const char *name, int stream, int mode)'),
    snd_pcm_close: func('int snd_pcm_close(void *pcm)'),
    snd_pcm_prepare: func('int snd_pcm_prepare(void *pcm)'),
    snd_pcm_start: func('int snd_pcm_start(void *pcm)'),
    snd_pcm_drop: func('int snd_pcm_drop(void *pcm)'),
    snd_pcm_avail: func('long snd_pcm_avail(void *pcm)'),
    snd_pcm_writei: func('long snd_pcm_writei(void *pcm, const void *interleaved, unsigned long frames)'),
    snd_pcm_status_sizeof: func('size_t snd_pcm_status_sizeof()'),
    snd_pcm_status: func('int snd_pcm_status(void *pcm, void *status)'),
    snd_pcm_status_get_state: func('int snd_pcm_status_get_state(const void *status)'),
    snd_pcm_status_get_delay: func('long snd_pcm_status_get_delay(const void *status)'),
    snd_pcm_status_get_htstamp: func('void snd_pcm_status_get_htstamp(const void *status, void *timespec)'),
    snd_pcm_get_params: func('int snd_pcm_get_params(void *pcm, void *bufferFrames, void *periodFrames)'),
  };
}

function hwParamsFunctions(func: Declare) {
  const setter = (name: string, value: string) =>
    func(`int snd_pcm_hw_params_set_${name}(void *pcm, void *params, ${value})`);
  return {
    snd_pcm_hw_params_sizeof: func('size_t snd_pcm_hw_params_sizeof()'),
    snd_pcm_hw_params_any: func('int snd_pcm_hw_params_any(void *pcm, void *params)'),
    snd_pcm_hw_params_set_rate_resample: setter('rate_resample', 'unsigned int allowed'),
    snd_pcm_hw_params_set_access: setter('access', 'int access'),
    snd_pcm_hw_params_set_format: setter('format', 'int format'),
    snd_pcm_hw_params_set_channels_near: setter('channels_near', 'unsigned int *channels'),
    snd_pcm_hw_params_set_rate_near: setter('rate_near', 'unsigned int *rate, int *dir'),
    snd_pcm_hw_params_set_buffer_time_near: setter('buffer_time_near', 'unsigned int *us, int *dir'),
    snd_pcm_hw_params_set_period_time_near: setter('period_time_near', 'unsigned int *us, int *dir'),
    snd_pcm_hw_params: func('int snd_pcm_hw_params(void *pcm, void *params)'),
  };
}

function swParamsFunctions(func: Declare) {
  const setter = (name: string, value: string) =>
    func(`int snd_pcm_sw_params_set_${name}(void *pcm, void *params, ${value})`);
  return {
    snd_pcm_sw_params_sizeof: func('size_t snd_pcm_sw_params_sizeof()'),
    snd_pcm_sw_params_current: func('int snd_pcm_sw_params_current(void *pcm, void *params)'),
    snd_pcm_sw_params_get_boundary: func(
      'int snd_pcm_sw_params_get_boundary(const void *params, void *frames)',
    ),
    snd_pcm_sw_params_set_start_threshold: setter('start_threshold', 'unsigned long frames'),
    snd_pcm_sw_params_set_avail_min: setter('avail_min', 'unsigned long frames'),
    snd_pcm_sw_params_set_tstamp_mode: setter('tstamp_mode', 'int mode'),
    snd_pcm_sw_params_set_tstamp_type: setter('tstamp_type', 'int type'),
    snd_pcm_sw_params: func('int snd_pcm_sw_params(void *pcm, void *params)'),
  };
}
