import type { TrackIndex } from '../../../protos/index.ts';
import type { ClockMap } from '../../clock/clock-map.ts';
import type { LocalUs, Ppm } from '../../units.ts';
import type { ChannelChoice } from './channel-stream.ts';
import type { PlayoutLevels } from './loudness.ts';
import type { Plan } from './plan.ts';
import type { GlitchNote, PlayerReport } from './player.ts';
import type { SinkSpec } from './sinks/sink-spec.ts';

/** What the playout thread plays with. */
export interface PlayoutSettings {
  readonly sink: SinkSpec;
  /** ALSA PCM name; for other sinks of no meaning. */
  readonly device: string;
  readonly bufferMs: number;
  readonly dacPpm: Ppm | undefined;
  readonly channels: ChannelChoice;
  /** Name of the card's volume control to use, or true for a usual one; else there is none. */
  readonly mixer?: string | boolean;
  /** With nothing to play for so long the device is closed; 0: never. */
  readonly idleCloseS: number;
}

/** To the playout thread, for its player; some with the time when it was sent. */
export type ToPlayer =
  | { readonly type: 'plan'; readonly plan: Plan; readonly sentUs: LocalUs }
  | { readonly type: 'map'; readonly map: ClockMap; readonly sentUs: LocalUs }
  | { readonly type: 'levels'; readonly levels: PlayoutLevels }
  | { readonly type: 'delay'; readonly delayUs: number };

/** To the playout thread. Answers carry the id of the question. */
export type ToPlayout =
  | { readonly type: 'begin'; readonly settings: PlayoutSettings }
  | ToPlayer
  | { readonly type: 'answer'; readonly id: number; readonly value: Uint8Array | TrackIndex }
  | { readonly type: 'failed'; readonly id: number; readonly reason: string }
  | { readonly type: 'close' };

/** What the playout thread asks of the media cache. */
export type MediaQuestion =
  | { readonly type: 'index'; readonly hash: string }
  | {
      readonly type: 'read';
      readonly hash: string;
      readonly bytes: number;
      readonly offset: number;
      readonly length: number;
    };

/** From the playout thread. */
export type FromPlayout =
  | { readonly type: 'report'; readonly report: PlayerReport }
  | { readonly type: 'glitch'; readonly note: GlitchNote }
  | { readonly type: 'question'; readonly id: number; readonly question: MediaQuestion }
  | { readonly type: 'scheduling'; readonly text: string };
