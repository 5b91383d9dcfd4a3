import type { HostEntry, LobbyReply, LobbyRequest } from '../../../protos/index.ts';
import type { Logger } from '../../logger.ts';
import { keyBytes, type PublicKey } from '../../security/keys.ts';
import type { LocalClock } from '../../units.ts';
import type { LiveLobby } from '../live-lobby.ts';
import { isOnline, membersOf } from '../lobby.ts';
import type { HostedRuns } from './hosted-rooms.ts';

type Request<Kind> = Extract<LobbyRequest['body'], { kind: Kind }>;
type Reply = LobbyReply['body'];

/** What a host desk has to know of keys. */
export interface HostKeys {
  readonly nextKey: Uint8Array<ArrayBuffer> | undefined;
  /** Of all speakers that were adopted. */
  readonly speakerKeys: readonly { speakerId: string; key: PublicKey }[];
  /** Room hosts that aren't adopted yet. */
  pendingHosts(): HostEntry[];
}

/** What the desk has around it. */
export interface HostSurroundings {
  readonly clock: LocalClock;
  /** Undefined: there are none. */
  readonly keys: HostKeys | undefined;
  /** Hears which rooms a host runs. */
  readonly onHello: (hostId: string, rooms: HostedRuns) => void;
  readonly logger: Logger;
}

/** Tells room hosts what they are to run, and people which hosts there are. */
export class HostDesk {
  readonly #lobby: LiveLobby;
  readonly #around: HostSurroundings;

  constructor(lobby: LiveLobby, around: HostSurroundings) {
    this.#lobby = lobby;
    this.#around = around;
  }

  /** @throws {Refusal} when another host has its name; {StorageError} when the disk is full or fails */
  async hello(request: Request<'hostHello'>): Promise<Reply> {
    const { clock, onHello, logger } = this.#around;
    const { hostId, name, rooms } = request;
    const wasOnline = isOnline(this.#lobby.state, hostId, clock());
    await this.#lobby.change(request);
    if (!wasOnline) logger.info(`room host ${name} is here`);
    onHello(hostId, rooms);
    return this.#orders(hostId);
  }

  list(): Reply {
    const { state } = this.#lobby;
    const now = this.#around.clock();
    const hosts = state.hosts.map((host) => ({
      ...host,
      online: isOnline(state, host.hostId, now),
      rooms: state.rooms.filter(({ hostId }) => hostId === host.hostId).length,
      pending: false,
      code: '',
    }));
    return { kind: 'hosts', hosts: [...hosts, ...(this.#around.keys?.pendingHosts() ?? [])] };
  }

  #orders(hostId: string): Reply {
    const { state } = this.#lobby;
    const { keys } = this.#around;
    const rooms = state.rooms
      .filter((room) => room.hostId === hostId)
      .map(({ roomId, name, slot }) => {
        const speakerIds = membersOf(state, roomId).map(({ speakerId }) => speakerId);
        return { roomId, name, slot, speakerIds };
      });
    const speakers = (keys?.speakerKeys ?? []).map(({ speakerId, key }) => {
      return { speakerId, key: Uint8Array.from(keyBytes(key)) };
    });
    const nextKey = keys?.nextKey;
    return { kind: 'hostOrders', rooms, speakers, ...(nextKey && { nextKey }) };
  }
}
