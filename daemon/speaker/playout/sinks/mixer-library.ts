import { openLibasound } from './alsa-library.ts';

/** A snd_mixer_t* or snd_mixer_elem_t*. */
export type MixerPointer = bigint;

/**
 * What a speaker needs of libasound's simple mixer, by its own names less `snd_mixer_`; the reference is
 * https://www.alsa-project.org/alsa-doc/alsa-lib/group___simple_mixer.html. Those that return an int return a
 * negative errno on failure. Typed arrays of one element are what the function writes to; dB are hundredths.
 */
export interface MixerLibrary {
  open(mixer: BigUint64Array, mode: number): number;
  attach(mixer: MixerPointer, control: string): number;
  selem_register(mixer: MixerPointer, options: null, classes: null): number;
  load(mixer: MixerPointer): number;
  close(mixer: MixerPointer): number;
  first_elem(mixer: MixerPointer): MixerPointer | null;
  elem_next(element: MixerPointer): MixerPointer | null;
  selem_get_name(element: MixerPointer): string;
  selem_has_playback_volume(element: MixerPointer): number;
  selem_has_playback_switch(element: MixerPointer): number;
  selem_set_playback_switch_all(element: MixerPointer, on: number): number;
  selem_get_playback_volume_range(element: MixerPointer, min: BigInt64Array, max: BigInt64Array): number;
  selem_set_playback_volume_all(element: MixerPointer, value: number): number;
  selem_get_playback_dB_range(element: MixerPointer, min: BigInt64Array, max: BigInt64Array): number;
  selem_set_playback_dB_all(element: MixerPointer, value: number, direction: number): number;
  selem_get_playback_dB(element: MixerPointer, channel: number, value: BigInt64Array): number;
}

/** @throws {SinkError} missing, when libasound isn't installed */
export function loadMixer(): MixerLibrary {
  const library = openLibasound();
  const int = (name: string, parameters: string) => library.func(`int snd_mixer_${name}(${parameters})`);
  return {
    open: int('open', 'void *mixer, int mode'),
    attach: int('attach', 'void *mixer, const char *control'),
    selem_register: int('selem_register', 'void *mixer, void *options, void *classes'),
    load: int('load', 'void *mixer'),
    close: int('close', 'void *mixer'),
    first_elem: library.func('void *snd_mixer_first_elem(void *mixer)'),
    elem_next: library.func('void *snd_mixer_elem_next(void *element)'),
    selem_get_name: library.func('const char *snd_mixer_selem_get_name(void *element)'),
    selem_has_playback_volume: int('selem_has_playback_volume', 'void *element'),
    selem_has_playback_switch: int('selem_has_playback_switch', 'void *element'),
    selem_set_playback_switch_all: int('selem_set_playback_switch_all', 'void *element, int on'),
    selem_get_playback_volume_range: int(
      'selem_get_playback_volume_range',
      'void *element, void *min, void *max',
    ),
    selem_set_playback_volume_all: int('selem_set_playback_volume_all', 'void *element, long value'),
    selem_get_playback_dB_range: int('selem_get_playback_dB_range', 'void *element, void *min, void *max'),
    selem_set_playback_dB_all: int('selem_set_playback_dB_all', 'void *element, long value, int direction'),
    selem_get_playback_dB: int('selem_get_playback_dB', 'void *element, int channel, void *value'),
  };
}
