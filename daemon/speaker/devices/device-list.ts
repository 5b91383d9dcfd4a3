import { pcmOf } from './pick-device.ts';
import type { Probed } from './probe.ts';
import type { DeviceHolder, SoundCard } from './sound-cards.ts';

/** A device that a speaker can be given. */
export interface ListedDevice {
  /** What to put into --device. */
  readonly device: string;
  /** What the card and its device call themselves; empty for what ALSA's configuration makes. */
  readonly name: string;
  readonly probed: Probed;
  readonly holders: readonly DeviceHolder[];
}

/** What libasound can tell of; see Prober. */
export interface PcmSource {
  names(): readonly string[];
  probe(pcm: string): Probed;
}

/** ALSA's own converters and bridges: they lead to a device that is listed by itself, or to none. */
const noDevices = new Set(
  'null lavrate samplerate speexrate speex upmix vdownmix jack oss usbstream arcam_av'.split(' '),
);

/** All that can be given as --device: `default`, each card's devices, and what ALSA's configuration adds. */
export function listDevices(cards: readonly SoundCard[], pcms: PcmSource): ListedDevice[] {
  const ofCards = cards.flatMap((card) =>
    card.playback.map(({ device, name, holders }) => ({
      device: pcmOf(card, device),
      name: name && name !== card.name ? `${card.name}: ${name}` : card.name,
      holders,
    })),
  );
  // Those of a card have its name behind a colon.
  const others = pcms.names().filter((name) => !name.includes(':') && !noDevices.has(name));
  const names = [...new Set(['default', ...others])];
  const listed = [...names.map((device) => ({ device, name: '', holders: [] })), ...ofCards];
  return listed
    .map((entry) => ({ ...entry, probed: pcms.probe(entry.device) }))
    .filter(({ name, probed }) => name !== '' || probed.state !== 'failed');
}
