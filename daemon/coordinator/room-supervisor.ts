import type { Member, RoomReply, RoomRequest, RoomSettings } from '../../protos/index.ts';
import { messageOf } from '../errno.ts';
import type { RequestHead } from '../net/request.ts';
import type { LobbyRoom } from './lobby.ts';
import { Refusal } from './refusal.ts';
import { RoomChild, type RoomHost } from './room-child.ts';

/** What a room is told of itself, by its id: it is as the lobby has it now. */
export interface RoomFacts {
  members(roomId: string): Member[];
  settings(roomId: string): RoomSettings;
}

/** Runs a process for each room, and sees to it that each knows its name, members and settings. */
export class RoomSupervisor {
  readonly #host: RoomHost;
  readonly #facts: RoomFacts;
  readonly #children = new Map<string, RoomChild>();

  /** @param facts told to a room whenever it is up */
  constructor(host: RoomHost, facts: RoomFacts) {
    this.#host = host;
    this.#facts = facts;
  }

  async start(rooms: readonly LobbyRoom[]): Promise<void> {
    await this.#host.launcher.prepare();
    for (const room of rooms) this.add(room);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#children.values()].map((child) => child.stop()));
    this.#children.clear();
  }

  add(room: LobbyRoom): void {
    const onReady = () => {
      this.tellMembers(room.roomId);
      this.tellSettings(room.roomId);
    };
    const child = new RoomChild(room, this.#host, onReady);
    this.#children.set(room.roomId, child);
    child.start();
  }

  /** Stops a room and removes what it has saved. */
  async remove(roomId: string): Promise<void> {
    const child = this.#children.get(roomId);
    this.#children.delete(roomId);
    await child?.stop();
    this.#host.launcher.discard(roomId);
  }

  rename(room: LobbyRoom): void {
    this.#children.get(room.roomId)?.rename(room);
    this.#tell(room.roomId, { kind: 'renameRoom', name: room.name });
  }

  tellMembers(roomId: string): void {
    this.#tell(roomId, { kind: 'setMembers', members: this.#facts.members(roomId), keys: [] });
  }

  tellSettings(roomId: string): void {
    this.#tell(roomId, { kind: 'setSettings', ...this.#facts.settings(roomId) });
  }

  isUp(roomId: string): boolean {
    return this.#children.get(roomId)?.isUp ?? false;
  }

  /** True once the rooms, all unless told, have been up; false when they weren't in time. */
  async whenUp(withinMs: number, roomIds: Iterable<string> = this.#children.keys()): Promise<boolean> {
    const allUp = Promise.all([...roomIds].map((roomId) => this.#children.get(roomId)?.firstUp));
    const tooLate = Promise.withResolvers<false>();
    const cancel = this.#host.timers.after(withinMs, () => tooLate.resolve(false));
    return Promise.race([allUp.then(() => true), tooLate.promise]).finally(cancel);
  }

  /** @throws {Refusal} BUSY when the room is restarting or doesn't answer in time */
  async request(
    roomId: string,
    body: RoomRequest['body'],
    withinMs?: number,
    head?: RequestHead,
  ): Promise<RoomReply['body']> {
    const child = this.#children.get(roomId);
    if (!child) throw new Refusal('NOT_FOUND', 'the room has just been deleted');
    return child.request(body, withinMs, head);
  }

  // A room that is down hears it when it is up again.
  #tell(roomId: string, body: RoomRequest['body']): void {
    if (!this.isUp(roomId)) return;
    this.request(roomId, body).then(
      (reply) =>
        reply.kind === 'failure' && this.#host.logger.error(`a room refuses its lobby: ${reply.message}`),
      (error) => this.#host.logger.warn(`a room was not told of a change: ${messageOf(error)}`),
    );
  }
}
