import type { LocalClock } from '../../../units.ts';
import { AlsaSink } from './alsa-sink.ts';
import { SIM_CHANNELS, SIM_RATE, SimSink } from './sim-sink.ts';
import type { Sink } from './sink.ts';
import { WavRecording } from './wav-recording.ts';

/** What --sink asks for. */
export type SinkSpec =
  | { readonly kind: 'alsa' }
  /** A simulated DAC; record is the file that gets what it consumed. */
  | { readonly kind: 'sim'; readonly ppm: number; readonly record: string | null };

/** A --sink that can't be read; the message is a sentence for people. */
export class SinkSpecError extends Error {
  override name = 'SinkSpecError';
}

const FORMS = 'alsa, wav:FILE or sim:ppm=N,record=FILE';
const MAX_PPM = 1000;

/**
 * Reads `alsa`, `wav:FILE` (a simulated DAC whose crystal keeps the local clock's rate, recorded) or
 * `sim:ppm=N,record=FILE` (both parts optional; FILE goes on to the end, so that it may hold commas).
 * @throws {SinkSpecError}
 */
export function parseSinkSpec(text: string): SinkSpec {
  if (text === 'alsa') return { kind: 'alsa' };
  if (text.startsWith('wav:'))
    return { kind: 'sim', ppm: 0, record: parseFile(text, text.slice('wav:'.length)) };
  if (text === 'sim' || text.startsWith('sim:')) return parseSim(text, text.slice('sim:'.length));
  throw new SinkSpecError(`"${text}" is not a sink: use ${FORMS}`);
}

function parseSim(text: string, options: string): SinkSpec {
  const recordAt = options.search(/(?<=^|,)record=/);
  const settings = recordAt < 0 ? options : options.slice(0, recordAt).replace(/,$/, '');
  const record = recordAt < 0 ? null : parseFile(text, options.slice(recordAt + 'record='.length));
  let ppm = 0;
  for (const setting of settings === '' ? [] : settings.split(',')) {
    const [key, value = ''] = setting.split(/=(.*)/s);
    if (key !== 'ppm') throw new SinkSpecError(`"${key}" is no setting of the sink "${text}": use ${FORMS}`);
    ppm = parsePpm(text, value);
  }
  return { kind: 'sim', ppm, record };
}

function parsePpm(text: string, value: string): number {
  const ppm = Number(value);
  if (value.trim() === '' || !(Math.abs(ppm) <= MAX_PPM)) {
    throw new SinkSpecError(`ppm in the sink "${text}" must be a number from -${MAX_PPM} to ${MAX_PPM}`);
  }
  return ppm;
}

function parseFile(text: string, file: string): string {
  if (file === '') throw new SinkSpecError(`the sink "${text}" names no file: use ${FORMS}`);
  return file;
}

/** @param device the ALSA PCM's name; only the ALSA sink has one */
export function createSink(spec: SinkSpec, { device, clock }: { device: string; clock: LocalClock }): Sink {
  if (spec.kind === 'alsa') return new AlsaSink(device, clock);
  const { ppm, record } = spec;
  const recorder =
    record === null ? null : new WavRecording(record, { rate: SIM_RATE, channels: SIM_CHANNELS, ppm });
  return new SimSink({ name: record ?? 'sim', ppm, reportStepUs: 0, recorder }, clock);
}
