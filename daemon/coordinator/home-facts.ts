import type { RoomStatus } from '../../protos/index.ts';
import type { HomeFacts, HomeNow } from '../metrics/facts.ts';
import type { ProcessWatch } from '../metrics/process-facts.ts';
import type { RequestCounts } from '../metrics/request-counts.ts';
import type { LocalClock } from '../units.ts';
import type { LiveLobby } from './live-lobby.ts';
import { speakerEntries } from './lobby.ts';
import type { Traffic } from './media-server.ts';
import type { MediaUsage } from './media-usage.ts';
import { Refusal } from './refusal.ts';

/** What is known of the home by. */
export interface HomeSources {
  readonly name: string;
  readonly lobby: Pick<LiveLobby, 'state' | 'rooms'>;
  readonly clock: LocalClock;
}

/** What the metrics are gathered from beside the home. */
export interface FactSources extends HomeSources {
  readonly version: string;
  readonly requests: RequestCounts;
  readonly usage: MediaUsage;
  readonly traffic: Traffic;
  readonly process: ProcessWatch;
}

/** Nobody is to wait for a room that hangs. */
const STATUS_WITHIN_MS = 500;

/** The home as it is now. */
export async function gatherHome({ name, lobby, clock }: HomeSources): Promise<HomeNow> {
  const rooms = await Promise.all(
    lobby.state.rooms.map(async (room) => ({
      name: room.name,
      isUp: lobby.rooms.isUp(room.roomId),
      status: await statusOf(lobby, room.roomId),
    })),
  );
  return { name, rooms, speakers: speakerEntries(lobby.state, clock()) };
}

/** Everything that the metrics tell. @throws the file system's errors */
export async function gatherFacts(from: FactSources): Promise<HomeFacts> {
  const { version, requests, usage, traffic, clock } = from;
  const [home, used] = await Promise.all([gatherHome(from), usage.read(clock(), traffic.receivedBytes)]);
  const media = { ...used, ...traffic };
  return { ...home, version, requests: requests.all, media, process: from.process.read() };
}

async function statusOf({ rooms }: HomeSources['lobby'], roomId: string): Promise<RoomStatus | undefined> {
  try {
    const asked = { kind: 'command', body: { kind: 'getStatus' } } as const;
    const reply = await rooms.request(roomId, asked, STATUS_WITHIN_MS);
    return reply.kind === 'answer' && reply.body.kind === 'status' ? reply.body : undefined;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
