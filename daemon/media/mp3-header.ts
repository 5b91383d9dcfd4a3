/** What the four bytes before each mp3 frame say. */
export interface Mp3Header {
  readonly version: '1' | '2' | '2.5';
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  /** Length of the mp3 frame in bytes, header included. */
  readonly bytes: number;
  /** Frames that it decodes to: 1152 in MPEG-1, 576 in MPEG-2 and 2.5. */
  readonly frames: number;
  /** Bytes after header, checksum and side information: what it adds to the bit reservoir. */
  readonly mainDataBytes: number;
  /** Byte at which encoders put the Xing or Info tag, from the start of the mp3 frame. */
  readonly xingOffset: number;
}

/** Bytes of an mp3 frame's header. */
export const HEADER_BYTES = 4;

const KBPS_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const KBPS_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const RATES = [44100, 48000, 32000];
const VERSIONS = ['2.5', undefined, '2', '1'] as const;
const LAYER_III = 1;
const MONO = 3;

/** Reads an mp3 frame's header (ISO 11172-3 and 13818-3, Layer III) at `at`; undefined if none is there. */
export function parseMp3Header(bytes: Uint8Array, at: number): Mp3Header | undefined {
  if (bytes[at] !== 0xff || at + HEADER_BYTES > bytes.length) return undefined;
  const [, b1 = 0, b2 = 0, b3 = 0] = bytes.subarray(at, at + HEADER_BYTES);
  const version = VERSIONS[(b1 >> 3) & 3];
  if (b1 < 0xe0 || !version || ((b1 >> 1) & 3) !== LAYER_III) return undefined;
  const kbps = (version === '1' ? KBPS_1 : KBPS_2)[b2 >> 4];
  const rate = RATES[(b2 >> 2) & 3];
  if (!kbps || !rate) return undefined; // free format, or a reserved value
  return describe(version, kbps, rate, {
    padded: (b2 & 2) !== 0,
    checked: (b1 & 1) === 0,
    mono: b3 >> 6 === MONO,
  });
}

function describe(
  version: Mp3Header['version'],
  kbps: number,
  rate: number,
  { padded, checked, mono }: { padded: boolean; checked: boolean; mono: boolean },
): Mp3Header {
  const frames = version === '1' ? 1152 : 576;
  const sampleRate = version === '1' ? rate : version === '2' ? rate / 2 : rate / 4;
  const length = Math.floor((frames * kbps * 125) / sampleRate) + (padded ? 1 : 0);
  const sideBytes = version === '1' ? (mono ? 17 : 32) : mono ? 9 : 17;
  return {
    version,
    sampleRate,
    channels: mono ? 1 : 2,
    bytes: length,
    frames,
    mainDataBytes: Math.max(0, length - HEADER_BYTES - (checked ? 2 : 0) - sideBytes),
    xingOffset: HEADER_BYTES + sideBytes,
  };
}
