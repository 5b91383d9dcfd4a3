import type { TrackIndex } from '../../../../protos/index.ts';
import type { Decoder, TrackBytes } from './decoder.ts';
import { openMp3Decoder } from './mp3-decoder.ts';
import type { MpegStock } from './mpeg-stock.ts';
import { WavDecoder } from './wav-decoder.ts';

/**
 * Opens the decoder for a track, standing at frame 0; close() it after use. Reads no bytes yet.
 * @param stock where decoders of MP3 are had from
 * @throws {Error} when the index doesn't say how to decode
 */
export async function openDecoder(index: TrackIndex, bytes: TrackBytes, stock: MpegStock): Promise<Decoder> {
  if (index.codec === 'MP3') {
    if (index.framesPerPacket === 0) throw new Error(`the index of track ${index.hash} is incomplete`);
    return await openMp3Decoder(index, bytes, stock);
  }
  if (index.sampleFormat === 'SAMPLE_FORMAT_UNKNOWN') {
    throw new Error(`the index of track ${index.hash} doesn't name a sample format`);
  }
  return new WavDecoder(index, index.sampleFormat, bytes);
}
