import type { PlaybackDevice, SoundCard } from './sound-cards.ts';

/** What a name of a person's stands for: a PCM, several cards, or none. */
export type Picked =
  | { readonly kind: 'one'; readonly pcm: string }
  | { readonly kind: 'several'; readonly pcms: readonly string[] }
  | { readonly kind: 'none' };

/**
 * Finds the card that is meant by its id or name, in capitals or not, whole or else a part of it. A name that
 * ALSA knows as a PCM is not for here.
 */
export function pickCard(wanted: string, cards: readonly SoundCard[]): Picked {
  const text = wanted.trim().toLowerCase();
  if (text === '') return { kind: 'none' };
  const namesOf = ({ id, name }: SoundCard): string[] => [id.toLowerCase(), name.toLowerCase()];
  const whole = cards.filter((card) => namesOf(card).includes(text));
  const found =
    whole.length > 0 ? whole : cards.filter((card) => namesOf(card).some((name) => name.includes(text)));
  const pcms = found.map((card) => pcmOf(card));
  const [pcm] = pcms;
  if (pcm === undefined) return { kind: 'none' };
  return pcms.length === 1 ? { kind: 'one', pcm } : { kind: 'several', pcms };
}

/** The PCM of a card's device, by default its first: by the card's id, which outlasts its number. */
export function pcmOf({ id, playback }: SoundCard, device = playback[0]?.device ?? 0): string {
  return device === 0 ? `plughw:CARD=${id}` : `plughw:CARD=${id},DEV=${device}`;
}

/** What can be given as --device, for the end of a message; empty when there is no card. */
export function choicesAmong(cards: readonly SoundCard[]): string {
  return cards.map((card) => `${pcmOf(card)} (${card.name})`).join(', ');
}

/** Who has a PCM open, of those that it may stand for: one of a card by number or id, else all. For people. */
export function holdersOf(pcm: string, cards: readonly SoundCard[]): string {
  const meant = cards.filter((card) => isOf(pcm, card));
  const holders = (meant.length > 0 ? meant : cards).flatMap(({ playback }) =>
    playback
      .filter((device) => meant.length === 0 || isDevice(pcm, device))
      .flatMap((device) => device.holders),
  );
  const names = holders.map(({ pid, program }) =>
    program ? `${program} (process ${pid})` : `process ${pid}`,
  );
  return [...new Set(names)].join(', ');
}

function isOf(pcm: string, { id, number }: SoundCard): boolean {
  const card = /:(?:CARD=)?([^,]+)/.exec(pcm)?.[1];
  return card === id || card === `${number}`;
}

function isDevice(pcm: string, { device }: PlaybackDevice): boolean {
  const wanted = /,(?:DEV=)?(\d+)/.exec(pcm)?.[1];
  return Number(wanted ?? 0) === device;
}

/** Control devices to look for a device's mixer in, the likeliest first: its card's, one of its own name, the default. */
export function controlsOf(device: string, cards: readonly SoundCard[]): string[] {
  const picked = pickCard(device, cards);
  const card = /:(?:CARD=)?([^,]+)/.exec(picked.kind === 'one' ? picked.pcm : device)?.[1];
  return card === undefined ? [device, 'default'] : [`hw:${card}`];
}
