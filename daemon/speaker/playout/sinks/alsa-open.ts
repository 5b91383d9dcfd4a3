import { pickCard } from '../../devices/pick-device.ts';
import type { SoundCard } from '../../devices/sound-cards.ts';
import { ambiguousError, isUnknown, openError } from './alsa-error.ts';
import type { AlsaLibrary, PcmHandle } from './alsa-library.ts';
import { configurePcm, type PcmParams } from './alsa-params.ts';
import { SinkError } from './sink.ts';

const STREAM_PLAYBACK = 0;
const NONBLOCK = 0x1;
// A plug device then offers what the device behind it has, instead of converting without dither.
const NO_AUTO_CONVERSION = 0x10000 | 0x20000 | 0x40000;

/** A device that has been opened and set up, not yet prepared. */
export interface OpenedPcm {
  readonly pcm: PcmHandle;
  readonly params: PcmParams;
}

/**
 * Opens a device for playing and agrees with it on the best that it has; only where that is nothing a speaker can
 * use, ALSA is let convert. No later call blocks.
 * @param device a PCM that ALSA knows, or else a card's id or name, or a part of one
 * @param readCards is only called when something is wrong
 * @throws {SinkError}
 */
export function openPcm(alsa: AlsaLibrary, device: string, readCards: () => readonly SoundCard[]): OpenedPcm {
  try {
    return openWith(alsa, device, NONBLOCK | NO_AUTO_CONVERSION, readCards);
  } catch (error) {
    if (!(error instanceof SinkError) || error.reason !== 'unsupported') throw error;
    return openWith(alsa, device, NONBLOCK, readCards);
  }
}

function openWith(
  alsa: AlsaLibrary,
  device: string,
  mode: number,
  readCards: () => readonly SoundCard[],
): OpenedPcm {
  const handle = new BigUint64Array(1);
  let error = alsa.snd_pcm_open(handle, device, STREAM_PLAYBACK, mode);
  const cards = error < 0 ? readCards() : [];
  if (isUnknown(error)) {
    const picked = pickCard(device, cards);
    if (picked.kind === 'several') throw ambiguousError(device, picked.pcms);
    if (picked.kind === 'one') error = alsa.snd_pcm_open(handle, picked.pcm, STREAM_PLAYBACK, mode);
  }
  if (error < 0) throw openError(alsa, device, error, cards);
  const [pcm = 0n] = handle;
  try {
    return { pcm, params: configurePcm(alsa, pcm, device) };
  } catch (cause) {
    alsa.snd_pcm_close(pcm);
    throw cause;
  }
}
