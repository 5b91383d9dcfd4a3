import { type ClockReport, type Glitch, PROTOCOL, type Report } from '../../protos/index.ts';
import type { RoomView } from './follower.ts';
import type { PlayerReport } from './playout/player.ts';

/** What a report is made of. */
export interface Observed {
  readonly speakerId: string;
  readonly name: string;
  readonly view: RoomView | undefined;
  /** Now on the room clock; undefined while it isn't known. */
  readonly nowRoomUs: number | undefined;
  readonly clock: ClockReport;
  readonly player: PlayerReport;
  /** 0 to 1 of a track's bytes. */
  readonly held: (hash: string) => number;
  readonly problem: string;
  /** The last ones, oldest first. */
  readonly glitches: readonly Glitch[];
  /** How late this speaker's playout may be told of a start, µs. */
  readonly lateUs: number;
}

/** Only the next few tracks are told of. */
const heldTracks = 5;

/** A speaker's report to its room. */
export function reportOf(observed: Observed): Report {
  const { view, player } = observed;
  const hashes = view?.upcoming.items.slice(0, heldTracks).map((item) => item.track.hash) ?? [];
  return {
    protocol: PROTOCOL,
    speakerId: observed.speakerId,
    name: observed.name,
    runId: view?.runId ?? '',
    seq: view?.seq ?? 0,
    sentRoomUs: observed.nowRoomUs ?? 0,
    clock: observed.clock,
    playout: {
      state: player.state,
      epoch: player.epoch,
      itemId: player.itemId,
      positionFrame: player.positionFrame,
      errorUs: player.errorUs,
      errorBoundUs: player.errorBoundUs,
      dacPpm: player.dacPpm,
      slewPpm: player.slewPpm,
      bufferMs: player.bufferMs,
      xruns: player.xruns,
      resyncs: player.resyncs,
      lateStarts: player.lateStarts,
      gaps: player.gaps,
      device: player.format?.device ?? '',
      rate: player.format?.rate ?? 0,
      format: player.format?.sampleFormat ?? '',
    },
    leadUs: player.leadUs + onTopUs(observed),
    held: [...new Set(hashes)].map((hash) => ({ hash, ratio: observed.held(hash) })),
    problem: player.problem || observed.problem,
    glitches: [...observed.glitches],
  };
}

// The room allows for half of the clock's round trip by itself.
function onTopUs({ lateUs, clock }: Observed): number {
  return Math.max(0, lateUs - clock.delayP95Us / 2);
}
