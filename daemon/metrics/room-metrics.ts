import type { RoomStatus } from '../../protos/index.ts';
import type { RoomFacts } from './facts.ts';
import { gauge, label, type Metric, oneHot, type Sample } from './sample.ts';

const STATES = ['STOPPED', 'PLAYING', 'PAUSED'] as const satisfies readonly RoomStatus['state'][];

/** What the rooms are doing; label `room`. A room that doesn't answer has only jam_room_up. */
export function roomMetrics(rooms: readonly RoomFacts[]): Metric[] {
  const up = rooms.flatMap(({ name, status }) => (status ? [{ labels: { room: label(name) }, status }] : []));
  const each = (value: (status: RoomStatus) => number | undefined): Sample[] =>
    up.flatMap(({ labels, status }) => {
      const found = value(status);
      return found === undefined ? [] : [{ labels, value: found }];
    });
  return [
    gauge(
      'jam_room_up',
      '1 while the room answers',
      rooms.map(({ name, status }) => ({ labels: { room: label(name) }, value: status ? 1 : 0 })),
    ),
    gauge(
      'jam_room_state',
      '1 for the state that the room is in: stopped, playing or paused',
      up.flatMap(({ labels, status }) => oneHot(STATES, status.state, labels)),
    ),
    gauge(
      'jam_room_queue_length',
      "Tracks in the room's queue",
      each((status) => status.queueLength),
    ),
    gauge(
      'jam_room_spread_bound_seconds',
      'No two synchronized speakers of the room are further apart; absent while fewer than two sound',
      each(({ spreadBoundUs }) => (spreadBoundUs === undefined ? undefined : spreadBoundUs / 1e6)),
    ),
    gauge(
      'jam_room_volume_ratio',
      "The room's volume, 0 to 1; 0 when muted",
      each(({ levels }) => (levels.muted ? 0 : levels.volume / 100)),
    ),
  ];
}
