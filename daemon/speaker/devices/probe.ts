import { constants } from 'node:os';
import koffi from 'koffi';
import { type AlsaLibrary, loadAlsa, openLibasound } from '../playout/sinks/alsa-library.ts';

/** What a PCM takes, or why that can't be said. */
export type Probed =
  | { readonly state: 'free'; readonly abilities: Abilities }
  | { readonly state: 'busy' }
  /** The problem is libasound's words. */
  | { readonly state: 'failed'; readonly problem: string };

/** What a PCM takes of what a speaker may want. */
export interface Abilities {
  /** ALSA's names, the best first. */
  readonly formats: readonly string[];
  /** Hz */
  readonly rates: readonly number[];
  readonly fewestChannels: number;
  readonly mostChannels: number;
}

const STREAM_PLAYBACK = 0;
const NONBLOCK = 0x1;
const NO_AUTO_CONVERSION = 0x10000 | 0x20000 | 0x40000;
// snd_pcm_format_t
const FORMATS: Readonly<Record<string, number>> = {
  S32_LE: 10,
  S24_LE: 6,
  S24_3LE: 32,
  FLOAT_LE: 14,
  S16_LE: 2,
};
const RATES = [22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000];
const POINTER_BYTES = 8;

type Library = ReturnType<typeof loadProbing>;

function loadProbing() {
  const library = openLibasound();
  const params = 'void *pcm, void *params';
  return {
    testFormat: library.func(`int snd_pcm_hw_params_test_format(${params}, int format)`),
    testRate: library.func(`int snd_pcm_hw_params_test_rate(${params}, unsigned int rate, int dir)`),
    fewestChannels: library.func('int snd_pcm_hw_params_get_channels_min(void *params, unsigned int *count)'),
    mostChannels: library.func('int snd_pcm_hw_params_get_channels_max(void *params, unsigned int *count)'),
    hints: library.func('int snd_device_name_hint(int card, const char *kind, void *hints)'),
    hint: library.func('const char *snd_device_name_get_hint(const void *hint, const char *id)'),
  };
}

/** Asks libasound what PCMs there are and what they take, without playing anything. For programs that soon end. */
export class Prober {
  readonly #alsa: AlsaLibrary;
  readonly #library: Library;

  /** @throws {SinkError} where ALSA isn't installed */
  constructor() {
    this.#alsa = loadAlsa();
    this.#library = loadProbing();
  }

  /** The PCMs that ALSA's configuration names for people, of cards and others. */
  names(): string[] {
    const list = new BigUint64Array(1);
    if (this.#library.hints(-1, 'pcm', list) < 0) return [];
    const names: string[] = [];
    for (let at = 0; ; at += POINTER_BYTES) {
      const hint = BigInt(koffi.decode(list[0], at, 'uint64'));
      if (hint === 0n) return names;
      const name: unknown = this.#library.hint(hint, 'NAME');
      if (typeof name === 'string' && this.#library.hint(hint, 'IOID') !== 'Input') names.push(name);
    }
  }

  /** Opens a PCM for a moment and asks it; conversions by a plugin don't count. */
  probe(name: string): Probed {
    const alsa = this.#alsa;
    const handle = new BigUint64Array(1);
    const error = alsa.snd_pcm_open(handle, name, STREAM_PLAYBACK, NONBLOCK | NO_AUTO_CONVERSION);
    if (error === -constants.errno.EBUSY) return { state: 'busy' };
    if (error < 0) return { state: 'failed', problem: alsa.snd_strerror(error) };
    const [pcm = 0n] = handle;
    try {
      return this.#ask(pcm);
    } finally {
      alsa.snd_pcm_close(pcm);
    }
  }

  #ask(pcm: bigint): Probed {
    const params = new Uint8Array(this.#alsa.snd_pcm_hw_params_sizeof());
    const error = this.#alsa.snd_pcm_hw_params_any(pcm, params);
    if (error < 0) return { state: 'failed', problem: this.#alsa.snd_strerror(error) };
    this.#alsa.snd_pcm_hw_params_set_rate_resample(pcm, params, 0);
    const { testFormat, testRate, fewestChannels, mostChannels } = this.#library;
    const formats = Object.entries(FORMATS).filter(([, id]) => testFormat(pcm, params, id) === 0);
    const [fewest, most] = [new Uint32Array(1), new Uint32Array(1)];
    fewestChannels(params, fewest);
    mostChannels(params, most);
    return {
      state: 'free',
      abilities: {
        formats: formats.map(([name]) => name),
        rates: RATES.filter((rate) => testRate(pcm, params, rate, 0) === 0),
        fewestChannels: fewest[0] ?? 0,
        mostChannels: most[0] ?? 0,
      },
    };
  }
}
