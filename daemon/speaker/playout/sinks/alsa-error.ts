import { constants } from 'node:os';
import { choicesAmong, holdersOf, pickCard } from '../../devices/pick-device.ts';
import type { SoundCard } from '../../devices/sound-cards.ts';
import type { AlsaLibrary } from './alsa-library.ts';
import { SinkError } from './sink.ts';

const { EACCES, EAGAIN, EBUSY, EINVAL, ENODEV, ENOENT, ENXIO, EPIPE } = constants.errno;
// Linux has these two and Node's table does not.
const EBADFD = 77;
const ESTRPIPE = 86;

/** Whether the device ran dry, slept or was stopped: it goes on after a new start. */
export function needsRestart(error: number): boolean {
  return error === -EPIPE || error === -ESTRPIPE || error === -EBADFD;
}

/** Whether snd_pcm_open knows no such device: none of that name, or not any more. */
export function isUnknown(error: number): boolean {
  return error === -ENOENT || error === -ENODEV || error === -ENXIO;
}

/** A name that is a part of several cards' names. */
export function ambiguousError(device: string, pcms: readonly string[]): SinkError {
  return new SinkError('missing', `the sound device "${device}" can be any of ${pcms.join(', ')}: say which`);
}

/**
 * Why snd_pcm_open failed, for people.
 * @param cards those that are there
 */
export function openError(
  alsa: AlsaLibrary,
  device: string,
  error: number,
  cards: readonly SoundCard[],
): SinkError {
  if (isUnknown(error)) {
    const there = choicesAmong(cards) || 'no sound card';
    return new SinkError(
      'missing',
      `no sound device "${device}": there is ${there} (jam-speaker --list-devices)`,
    );
  }
  if (error === -EBUSY || error === -EAGAIN) {
    const picked = pickCard(device, cards);
    const holders = holdersOf(picked.kind === 'one' ? picked.pcm : device, cards) || 'another program';
    return new SinkError('busy', `the sound device "${device}" is in use by ${holders}`);
  }
  if (error === -EACCES) {
    return new SinkError('missing', `no permission for the sound device "${device}": join the group audio`);
  }
  if (error === -EINVAL) {
    return new SinkError(
      'unsupported',
      `the sound device "${device}" can't be opened: its ALSA set-up is wrong`,
    );
  }
  return new SinkError(
    'missing',
    `the sound device "${device}" can't be opened: ${alsa.snd_strerror(error)}`,
  );
}

/** Why the device can't be set up, for people. */
export function setupError(alsa: AlsaLibrary, device: string, step: string, error: number): SinkError {
  if (error === -ENODEV) return goneError(alsa, device, step, error);
  if (error === -EBUSY) return openError(alsa, device, error, []);
  return new SinkError(
    'unsupported',
    `the sound device "${device}" takes nothing that a speaker can play: ${step}: ${alsa.snd_strerror(error)}`,
  );
}

/** A device in use failed for good: unplugged, or its driver gave up. */
export function goneError(alsa: AlsaLibrary, device: string, step: string, error: number): SinkError {
  return new SinkError('gone', `the sound device "${device}" is gone: ${step}: ${alsa.snd_strerror(error)}`);
}
