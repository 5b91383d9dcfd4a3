import { id3Bytes } from './mp3-sync.ts';

/** What a file's first bytes say that it is: one of the two that Jam plays, or the other's name. */
export type Sniffed =
  | { readonly kind: 'wav' }
  | { readonly kind: 'maybe mp3' }
  | { readonly kind: 'other'; readonly name: string };

/** Bytes that sniff() looks at. */
export const SNIFF_BYTES = 16;

const STARTS: readonly (readonly [number, string, string])[] = [
  [0, 'OggS', 'Ogg (Vorbis or Opus)'],
  [0, 'fLaC', 'FLAC'],
  [4, 'ftyp', 'MP4 (AAC or ALAC)'],
  [0, 'FORM', 'AIFF'],
  [0, 'wvpk', 'WavPack'],
  [0, 'MAC ', "Monkey's Audio"],
  [0, 'DSD ', 'DSD'],
  [0, 'MThd', 'MIDI'],
  [0, 'MPCK', 'Musepack'],
  [0, 'ADIF', 'AAC'],
  [0, '\x30\x26\xb2\x75', 'Windows Media'],
  [0, '\x1a\x45\xdf\xa3', 'Matroska or WebM'],
  [0, 'RIFF', 'RIFF, but not WAVE'],
];

/** Looks at the start of a file. */
export function sniff(head: Uint8Array): Sniffed {
  const text = Buffer.from(head).toString('latin1');
  if ((text.startsWith('RIFF') || text.startsWith('RF64')) && text.startsWith('WAVE', 8))
    return { kind: 'wav' };
  const other = STARTS.find(([at, start]) => text.startsWith(start, at));
  return other ? { kind: 'other', name: other[2] } : { kind: 'maybe mp3' };
}

/**
 * Names the MPEG audio at a file's start, behind any ID3v2 tag within `head`, that isn't an MP3 as Jam knows
 * it: another layer, AAC, free format. Undefined when it is nothing known.
 */
export function sniffMpeg(head: Uint8Array): string | undefined {
  const at = id3Bytes(head, 0);
  const audio = head.subarray(at);
  const [sync = 0, b1 = 0, b2 = 0] = audio;
  if (sync !== 0xff || b1 < 0xe0) {
    const found = sniff(audio);
    return at > 0 && found.kind === 'other' ? found.name : undefined;
  }
  const layer = (b1 >> 1) & 3;
  if (layer === 0) return (b1 & 0xf6) === 0xf0 ? 'AAC' : undefined;
  if (layer === 1) return b2 >> 4 === 0 ? 'free-format MP3' : undefined;
  return layer === 2 ? 'MPEG layer II' : 'MPEG layer I';
}
