import type { SampleFormat } from '../../protos/index.ts';
import { MediaError } from './media-error.ts';

/** How the samples of a WAV file lie in its data. */
export interface WavFormat {
  readonly sampleFormat: SampleFormat;
  readonly sampleRate: number;
  readonly channels: 1 | 2;
}

/** Bytes of one sample. */
export const SAMPLE_BYTES: Readonly<Record<SampleFormat, number>> = {
  U8: 1,
  S16LE: 2,
  S24LE: 3,
  S32LE: 4,
  F32LE: 4,
};

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
const CODEC_NAMES = new Map([
  [2, 'ADPCM'],
  [6, 'A-law'],
  [7, 'µ-law'],
  [0x11, 'ADPCM'],
  [0x31, 'GSM'],
  [0x50, 'MPEG layer II'],
  [0x55, 'MP3 inside WAV'],
]);

/**
 * Reads the body of a `fmt ` chunk, WAVE_FORMAT_EXTENSIBLE included.
 * @throws {MediaError} with the reason, when the samples are of a kind that Jam doesn't play
 */
export function parseWavFormat(body: Uint8Array): WavFormat {
  if (body.length < 16) throw new MediaError('its header is damaged');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const outerTag = view.getUint16(0, true);
  const tag = outerTag === EXTENSIBLE && body.length >= 26 ? view.getUint16(24, true) : outerTag;
  const channels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const frameBytes = view.getUint16(12, true);
  const bits = view.getUint16(14, true);
  if (tag !== PCM && tag !== FLOAT) {
    throw new MediaError(`it holds ${CODEC_NAMES.get(tag) ?? `audio of type ${tag}`}, not PCM`);
  }
  if (channels > 2) throw new MediaError(`it has ${channels} channels; 1 or 2 can be played`);
  if (channels === 0 || sampleRate < 4000 || sampleRate > 768_000)
    throw new MediaError('its header is damaged');
  const sampleFormat = formatOf(tag, Math.ceil(bits / 8));
  if (!sampleFormat) throw new MediaError(`its samples are ${tag === FLOAT ? 'float of ' : ''}${bits} bits`);
  if (frameBytes !== channels * SAMPLE_BYTES[sampleFormat]) throw new MediaError('its header is damaged');
  return { sampleFormat, sampleRate, channels: channels === 1 ? 1 : 2 };
}

function formatOf(tag: number, bytes: number): SampleFormat | undefined {
  if (tag === FLOAT) return bytes === 4 ? 'F32LE' : undefined;
  return ([undefined, 'U8', 'S16LE', 'S24LE', 'S32LE'] as const)[bytes];
}
