import type { Mp3Header } from './mp3-header.ts';

/** Decoded frames that an mp3 decoder is late by: the overlap of its filter bank. */
const DECODER_DELAY_FRAMES = 529;

/** What an encoder wrote into the first mp3 frame, which then holds no music. */
export interface Mp3Info {
  /** Count of mp3 frames after this one, if it is told. */
  readonly packets: number | undefined;
  /** Decoded frames before the first audible one. */
  readonly startSkipFrames: number;
  /** Decoded frames after the last audible one, if the stream is complete. */
  readonly endTrimFrames: number;
}

/**
 * Reads the Xing, Info or VBRI tag of an mp3 frame; undefined when it has none and is music. Delay and
 * padding come from LAME's extension (also written by FFmpeg), as in the "Mp3 Info Tag rev 1" description;
 * without it nothing is trimmed.
 */
export function parseMp3Info(packet: Uint8Array, header: Mp3Header): Mp3Info | undefined {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const name = ascii(packet, header.xingOffset, 4);
  if (name === 'Xing' || name === 'Info') return parseXing(view, header.xingOffset);
  const vbri = 36;
  if (ascii(packet, vbri, 4) !== 'VBRI' || packet.length < vbri + 18) return undefined;
  return { packets: view.getUint32(vbri + 14), startSkipFrames: 0, endTrimFrames: 0 };
}

function parseXing(view: DataView, at: number): Mp3Info {
  const untrimmed = { packets: undefined, startSkipFrames: 0, endTrimFrames: 0 };
  if (view.byteLength < at + 12) return untrimmed;
  const flags = view.getUint32(at + 4);
  const packets = flags & 1 ? view.getUint32(at + 8) : undefined;
  const extension =
    at + 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
  if (view.byteLength < extension + 24 || view.getUint8(extension) === 0) return { ...untrimmed, packets };
  // With --nogap, LAME goes on encoding from one track to the next, yet writes the first one's delay
  // into each: a continuation has none.
  const continues = (view.getUint8(extension + 19) & 0x80) !== 0;
  const delay = view.getUint16(extension + 21) >> 4;
  const padding = view.getUint16(extension + 22) & 0xfff;
  return {
    packets,
    startSkipFrames: continues ? 0 : delay + DECODER_DELAY_FRAMES,
    endTrimFrames: Math.max(0, padding - DECODER_DELAY_FRAMES),
  };
}

function ascii(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
