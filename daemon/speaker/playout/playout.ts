import type { Track } from '../../../protos/index.ts';
import { monotonicClock } from '../../local-clock.ts';
import { nodeTimers } from '../../timers.ts';
import { readSoundCards } from '../devices/sound-cards.ts';
import { ChannelStream } from './channel-stream.ts';
import type { MpegStock } from './decoders/mpeg-stock.ts';
import type { FrameStream } from './frame-stream.ts';
import type { FromPlayout, PlayoutSettings, ToPlayout } from './messages.ts';
import { Player } from './player.ts';
import { PlayoutLoop } from './playout-loop.ts';
import { RemoteMedia } from './remote-media.ts';
import { AlsaMixer } from './sinks/alsa-mixer.ts';
import { createSink } from './sinks/sink-spec.ts';
import { TrackStream } from './track-stream.ts';
import { Turns } from './turns.ts';

/** What the playout thread does when it knows what to play with: a player and its loop at a device. */
export class Playout {
  readonly #settings: PlayoutSettings;
  readonly #onEnd: () => void;
  readonly #media: RemoteMedia;
  readonly #player: Player;
  readonly #loop: PlayoutLoop;
  readonly #turns = new Turns();

  /** @param onEnd called when it has been closed and the device is released */
  constructor(
    settings: PlayoutSettings,
    stock: MpegStock,
    tell: (message: FromPlayout) => void,
    onEnd: () => void,
  ) {
    this.#settings = settings;
    this.#onEnd = onEnd;
    this.#media = new RemoteMedia((id, question) => tell({ type: 'question', id, question }), stock);
    this.#player = new Player(
      createSink(settings.sink, { device: settings.device, clock: monotonicClock }),
      (track) => this.#openStream(track),
      { ...settings, volume: mixerOf(settings) },
      (note) => tell({ type: 'glitch', note }),
    );
    this.#loop = new PlayoutLoop(this.#player, monotonicClock, nodeTimers, (report) =>
      tell({ type: 'report', report }),
    );
  }

  start(): void {
    this.#loop.start();
  }

  take(message: Exclude<ToPlayout, { type: 'begin' }>): void {
    switch (message.type) {
      case 'answer':
        this.#media.answer(message.id, message.value);
        break;
      case 'failed':
        this.#media.fail(message.id, message.reason);
        break;
      case 'close':
        this.#loop.end(() => {
          this.#player.close();
          this.#onEnd();
        });
        break;
      default:
        this.#loop.take(message);
    }
  }

  #openStream(track: Track): FrameStream {
    const stream = new TrackStream(
      this.#media.openDecoder(track),
      track.frames,
      track.sampleRate,
      this.#turns,
    );
    return this.#settings.channels === 'stereo' ? stream : new ChannelStream(stream, this.#settings.channels);
  }
}

function mixerOf({ sink, device, mixer }: PlayoutSettings): AlsaMixer | undefined {
  if (!mixer || sink.kind !== 'alsa') return undefined;
  return new AlsaMixer(device, mixer === true ? undefined : mixer, readSoundCards);
}
