import { controlsOf } from '../../devices/pick-device.ts';
import type { SoundCard } from '../../devices/sound-cards.ts';
import type { HardwareVolume } from '../loudness.ts';
import { loadAlsa } from './alsa-library.ts';
import { loadMixer, type MixerLibrary, type MixerPointer } from './mixer-library.ts';
import { SinkError } from './sink.ts';

/** A control that was found, and its range. */
interface Control {
  readonly library: MixerLibrary;
  readonly mixer: MixerPointer;
  readonly element: MixerPointer;
  /** dB where the card knows them, hundredths; else the control's own steps. */
  readonly scale: 'dB' | 'steps';
  readonly least: number;
  readonly most: number;
}

/** Whose names tell that they are at the end of the way to the loudspeaker; the first of these that there is. */
const usualNames = ['Digital', 'Master', 'PCM', 'Speaker', 'Headphone'];
/** What a volume from 1 to 100 spans, as in gain.ts. */
const rangeDb = 60;
/** A control's steps are smaller; what is further off is below the least that it can. */
const stepCentiDb = 300;
const roundUp = 1;
const firstChannel = 0;

/**
 * A sound card's volume by libasound's simple mixer. It is found when it is first needed, and again after a
 * failure: a card may be unplugged and put back. Meanwhile the samples' gain does it all.
 */
export class AlsaMixer implements HardwareVolume {
  readonly #device: string;
  readonly #name: string | undefined;
  readonly #readCards: () => readonly SoundCard[];
  #control: Control | undefined;
  #problem = '';

  /**
   * @param device as the sink's
   * @param name the control's; without one the usual ones are looked for
   */
  constructor(device: string, name: string | undefined, readCards: () => readonly SoundCard[]) {
    this.#device = device;
    this.#name = name;
    this.#readCards = readCards;
  }

  get problem(): string {
    return this.#problem;
  }

  set(amplitude: number): number {
    try {
      this.#control ??= this.#open();
      const gain = move(this.#control, amplitude);
      this.#problem = '';
      return gain;
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      this.close();
      this.#problem = error.message;
      return amplitude;
    }
  }

  close(): void {
    if (this.#control) this.#control.library.close(this.#control.mixer);
    this.#control = undefined;
  }

  #open(): Control {
    // It also keeps libasound from printing.
    const alsa = loadAlsa();
    const library = loadMixer();
    const handle = new BigUint64Array(1);
    if (library.open(handle, 0) < 0) throw this.#failed('can’t be opened');
    const [mixer = 0n] = handle;
    try {
      let error = -1;
      for (const card of controlsOf(this.#device, this.#readCards())) {
        error = library.attach(mixer, card);
        if (error >= 0) break;
      }
      if (error < 0) throw this.#failed(`can’t be opened: ${alsa.snd_strerror(error)}`);
      const loaded = Math.min(library.selem_register(mixer, null, null), library.load(mixer));
      if (loaded < 0) throw this.#failed(`can’t be read: ${alsa.snd_strerror(loaded)}`);
      const element = this.#find(library, mixer);
      // A card that was never used may be switched off.
      if (library.selem_has_playback_switch(element)) library.selem_set_playback_switch_all(element, 1);
      return { library, mixer, element, ...rangeOf(library, element) };
    } catch (error) {
      library.close(mixer);
      throw error;
    }
  }

  #find(library: MixerLibrary, mixer: MixerPointer): MixerPointer {
    const found = new Map<string, MixerPointer>();
    for (let element = library.first_elem(mixer); element; element = library.elem_next(element)) {
      if (library.selem_has_playback_volume(element)) found.set(library.selem_get_name(element), element);
    }
    const names = [...found.keys()];
    const usual = usualNames.find((name) => found.has(name)) ?? names[0];
    const wanted = this.#name?.toLowerCase();
    const name = wanted === undefined ? usual : names.find((one) => one.toLowerCase() === wanted);
    const element = found.get(name ?? '');
    if (element) return element;
    if (names.length === 0) throw this.#failed('has no volume');
    throw this.#failed(`has no volume "${this.#name}": there is ${names.join(', ')}`);
  }

  #failed(what: string): SinkError {
    return new SinkError('unsupported', `the mixer of the sound device "${this.#device}" ${what}`);
  }
}

function rangeOf(library: MixerLibrary, element: MixerPointer): Pick<Control, 'scale' | 'least' | 'most'> {
  const [least, most] = [new BigInt64Array(1), new BigInt64Array(1)];
  const isInDb =
    library.selem_get_playback_dB_range(element, least, most) >= 0 && (least[0] ?? 0n) < (most[0] ?? 0n);
  if (!isInDb) library.selem_get_playback_volume_range(element, least, most);
  return { scale: isInDb ? 'dB' : 'steps', least: Number(least[0]), most: Number(most[0]) };
}

/** Sets the control; returns the gain that is left for the samples. */
function move(control: Control, amplitude: number): number {
  const { library, element, least, most } = control;
  const wantedCentiDb = 2000 * Math.log10(amplitude);
  if (control.scale === 'steps') {
    const share = Math.min(1, Math.max(0, 1 + wantedCentiDb / 100 / rangeDb));
    check(library.selem_set_playback_volume_all(element, Math.round(least + share * (most - least))));
    return 1;
  }
  // Full level is 0 dB also where the control could amplify.
  const target = Math.min(most, 0) + wantedCentiDb;
  check(library.selem_set_playback_dB_all(element, Math.round(Math.max(target, least)), roundUp));
  const reached = new BigInt64Array(1);
  check(library.selem_get_playback_dB(element, firstChannel, reached));
  const missingCentiDb = target - Number(reached[0]);
  return missingCentiDb < -stepCentiDb ? 10 ** (missingCentiDb / 2000) : 1;
}

function check(result: number): void {
  if (result < 0) throw new SinkError('gone', 'the mixer is gone');
}
