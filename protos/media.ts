import * as v from 'valibot';
import { count, hash, text } from './checks.ts';

export const codec = v.picklist(['MP3', 'WAV']);
export const sampleFormat = v.picklist(['U8', 'S16LE', 'S24LE', 'S32LE', 'F32LE']);
const sampleRate = v.pipe(v.number(), v.integer(), v.minValue(4000), v.maxValue(768_000));
const channels = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2));
export const track = v.object({
  hash,
  bytes: count,
  codec,
  sampleRate,
  channels,
  frames: count,
  title: text,
  artist: text,
  album: text,
});
export const trackIndex = v.object({
  hash,
  codec,
  sampleRate,
  channels,
  frames: count,
  audioOffset: count,
  audioEnd: count,
  startSkipFrames: count,
  framesPerPacket: count,
  packetsPerCheckpoint: count,
  checkpointBytes: v.array(count),
  sampleFormat: v.union([sampleFormat, v.literal('SAMPLE_FORMAT_UNKNOWN')]),
});
