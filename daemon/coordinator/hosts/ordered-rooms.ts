import { isDeepStrictEqual } from 'node:util';
import type { HostOrders } from '../../../protos/index.ts';
import { DEFAULT_SETTINGS, type LobbyRoom } from '../lobby.ts';
import { RoomChild, type RoomHost, type RoomLauncher, type RoomLink } from '../room-child.ts';
import type { HostedRuns } from './hosted-rooms.ts';

type OrderedRoom = HostOrders['rooms'][number];

interface Running {
  readonly child: RoomChild;
  room: LobbyRoom;
  /** Of the process that was up last. */
  run: string;
}

/** Runs the rooms that another host's lobby orders, each in a process that is started again when it ends. */
export class OrderedRooms {
  readonly #host: RoomHost;
  readonly #newRun: () => string;
  readonly #running = new Map<string, Running>();

  /** @param newRun gives a word that no process of a room has had */
  constructor(host: RoomHost, newRun: () => string) {
    this.#host = { ...host, launcher: unasked(host.launcher) };
    this.#newRun = newRun;
  }

  /** Has what is to run compiled. */
  prepare(): Promise<void> {
    return this.#host.launcher.prepare();
  }

  /** Runs these rooms and no others: what another one has saved is removed. */
  async follow(rooms: readonly OrderedRoom[]): Promise<void> {
    const wanted = new Set(rooms.map(({ roomId }) => roomId));
    for (const ordered of rooms) {
      const room = roomOf(ordered);
      const known = this.#running.get(room.roomId);
      if (!known) this.#start(room);
      else if (!isDeepStrictEqual(known.room, room)) this.#rename(known, room);
    }
    const gone = [...this.#running.keys()].filter((roomId) => !wanted.has(roomId));
    await Promise.all(gone.map((roomId) => this.#remove(roomId)));
  }

  /** Resolves when all have been up, or after so long: why one can't start is told to the lobby. */
  async whenUp(withinMs: number): Promise<void> {
    const allUp = Promise.all([...this.#running.values()].map(({ child }) => child.firstUp));
    const tooLate = Promise.withResolvers<void>();
    const cancel = this.#host.timers.after(withinMs, tooLate.resolve);
    await Promise.race([allUp, tooLate.promise]).finally(cancel);
  }

  /** Starts all of them anew: their lobby has another key. */
  async restart(): Promise<void> {
    const rooms = [...this.#running.values()].map(({ room }) => room);
    await this.stop();
    for (const room of rooms) this.#start(room);
  }

  /** Resolves when all processes are gone. */
  async stop(): Promise<void> {
    const children = [...this.#running.values()].map(({ child }) => child);
    this.#running.clear();
    await Promise.all(children.map((child) => child.stop()));
  }

  /** What there is to tell the lobby. */
  get runs(): HostedRuns {
    return [...this.#running].map(([roomId, { child, run }]) => {
      return { roomId, run: child.isUp ? run : '', problem: child.problem ?? '' };
    });
  }

  #start(room: LobbyRoom): void {
    const onReady = () => {
      running.run = this.#newRun();
    };
    const running: Running = { child: new RoomChild(room, this.#host, onReady), room, run: '' };
    this.#running.set(room.roomId, running);
    running.child.start();
  }

  #rename(running: Running, room: LobbyRoom): void {
    running.room = room;
    running.child.rename(room);
  }

  async #remove(roomId: string): Promise<void> {
    const running = this.#running.get(roomId);
    this.#running.delete(roomId);
    await running?.child.stop();
    this.#host.launcher.discard(roomId);
  }
}

function roomOf({ roomId, name, slot }: OrderedRoom): LobbyRoom {
  return { roomId, name, slot, settings: DEFAULT_SETTINGS };
}

const NO_LINK: RoomLink = {
  request: () => Promise.reject(new Error("a room is asked by its lobby, not by its host's program")),
  stop() {},
};

function unasked(launcher: RoomLauncher): RoomLauncher {
  return {
    prepare: () => launcher.prepare(),
    launch: (room, events) => ({ ...launcher.launch(room, events), connect: () => NO_LINK }),
    discard: (roomId) => launcher.discard(roomId),
  };
}
