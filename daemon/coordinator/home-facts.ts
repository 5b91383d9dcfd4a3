import type { RoomStatus } from '../../protos/index.ts';
import type { HomeFacts, MediaFacts } from '../metrics/facts.ts';
import type { ProcessWatch } from '../metrics/process-facts.ts';
import type { RequestCounts } from '../metrics/request-counts.ts';
import type { LocalClock } from '../units.ts';
import type { LiveLobby } from './live-lobby.ts';
import { speakerEntries } from './lobby.ts';
import type { Traffic } from './media-server.ts';
import type { MediaUsage } from './media-usage.ts';
import { Refusal } from './refusal.ts';

/** What the facts are gathered from. */
export interface FactSources {
  readonly name: string;
  readonly version: string;
  readonly lobby: Pick<LiveLobby, 'state' | 'rooms'>;
  readonly clock: LocalClock;
  readonly requests: RequestCounts;
  readonly usage: MediaUsage;
  readonly traffic: Traffic;
  readonly process: ProcessWatch;
}

/** Metrics aren't to wait for a room that hangs. */
const STATUS_WITHIN_MS = 500;

/** The home as it is now, for the metrics. */
export async function gatherFacts(from: FactSources): Promise<HomeFacts> {
  const { name, version, lobby, clock, requests } = from;
  const [media, ...rooms] = await Promise.all([
    mediaFacts(from),
    ...lobby.state.rooms.map(async (room) => ({
      name: room.name,
      isUp: lobby.rooms.isUp(room.roomId),
      status: await statusOf(lobby, room.roomId),
    })),
  ]);
  const speakers = speakerEntries(lobby.state, clock());
  return { name, version, rooms, speakers, requests: requests.all, media, process: from.process.read() };
}

async function mediaFacts({ usage, traffic, clock }: FactSources): Promise<MediaFacts> {
  return { ...(await usage.read(clock())), ...traffic };
}

async function statusOf({ rooms }: FactSources['lobby'], roomId: string): Promise<RoomStatus | undefined> {
  try {
    const asked = { kind: 'command', body: { kind: 'getStatus' } } as const;
    const reply = await rooms.request(roomId, asked, STATUS_WITHIN_MS);
    return reply.kind === 'answer' && reply.body.kind === 'status' ? reply.body : undefined;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
