import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { RoomCommand } from '../../../protos/index.ts';
import type { Logger } from '../../logger.ts';
import type { Timers } from '../../timers.ts';
import { localUs } from '../../units.ts';
import { LiveRoom } from './live-room.ts';
import { trackOf } from './room.fixture.ts';
import { RoomStore } from './room-store.ts';

const never: Timers = { after: () => () => {}, every: () => () => {} };
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** A room on a real database, at a time that the test sets; started again it is another run of the same room. */
class Room {
  seconds = 0;
  readonly #path: string;
  readonly #t: ExecutionContext;
  #live: LiveRoom;

  constructor(t: ExecutionContext) {
    const folder = mkdtempSync(join(tmpdir(), 'jam-live-room-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    this.#path = join(folder, 'room.db');
    this.#t = t;
    this.#live = this.#started();
    this.do({ kind: 'add', tracks: [1, 2, 3, 4].map((n) => trackOf(n, 100)) });
  }

  /** As after kill -9: nothing of the run before is left but its file. */
  startAgain(): void {
    this.#live = this.#started();
  }

  give(body: RoomCommand['body'], requestId = '', by = '') {
    const reply = this.#live.answer({ kind: 'command', body }, { requestId, by });
    if (reply.kind !== 'answer') throw new Error(`a command was answered with ${reply.kind}`);
    return reply.body;
  }

  do(body: RoomCommand['body'], requestId = '', by = ''): void {
    this.#t.like(this.give(body, requestId, by), { kind: 'done' }, body.kind);
  }

  status() {
    const status = this.give({ kind: 'getStatus' });
    if (status.kind !== 'status') throw new Error(`the status is ${status.kind}`);
    return status;
  }

  #started(): LiveRoom {
    const records = new RoomStore(this.#path);
    records.start();
    this.#t.teardown(() => records.stop());
    const around = {
      clock: () => localUs(this.seconds * 1e6),
      wallMs: () => 1_700_000_000_000 + this.seconds * 1000,
      timers: never,
      records,
      send() {},
    };
    const live = new LiveRoom({ roomId: 'r1', name: 'main', runId: 'run', clockId: 'clock' }, around, silent);
    live.start();
    return live;
  }
}

test('a repeated request is answered as before and not done twice, also after a restart', (t) => {
  const room = new Room(t);
  const first = room.give({ kind: 'setVolume', change: -10 }, 'r1', 'anna');
  t.deepEqual(room.give({ kind: 'setVolume', change: -10 }, 'r1', 'anna'), first);
  room.startAgain();
  t.deepEqual(room.give({ kind: 'setVolume', change: -10 }, 'r1', 'anna'), first);
  t.is(room.status().levels.volume, 90);
  room.do({ kind: 'setVolume', change: -10 }, 'r2', 'anna');
  t.is(room.status().levels.volume, 80);
});

test('a repeated transport command is answered as before, also while it makes others busy', (t) => {
  const room = new Room(t);
  room.do({ kind: 'next' }, 'r1');
  t.like(room.give({ kind: 'next' }, 'r1'), { kind: 'done' });
  t.like(room.give({ kind: 'next' }, 'r2'), { kind: 'failure', code: 'BUSY' });
  t.is(room.status().queuePosition, 2);
});

test('what was refused is no answer: tried again, it may be done', (t) => {
  const room = new Room(t);
  room.do({ kind: 'next' }, 'r1');
  t.like(room.give({ kind: 'next' }, 'r2'), { kind: 'failure', code: 'BUSY' });
  room.seconds = 1;
  room.do({ kind: 'next' }, 'r2');
  t.is(room.status().queuePosition, 3);
});

test('what changed nothing is remembered too: repeated later it does nothing', (t) => {
  const room = new Room(t);
  room.do({ kind: 'play' }, 'r1');
  room.seconds = 1;
  room.do({ kind: 'play' }, 'r2');
  room.do({ kind: 'pause' }, 'r3');
  room.seconds = 2;
  room.do({ kind: 'play' }, 'r2');
  t.is(room.status().state, 'PAUSED');
});

test('two who press next around a restart of the room skip one track', (t) => {
  const room = new Room(t);
  room.do({ kind: 'next', askedMsAgo: 120 }, 'r1', 'anna');
  room.startAgain();
  t.like(room.give({ kind: 'next', askedMsAgo: 130 }, 'r2', 'bob'), { kind: 'failure', code: 'BUSY' });
  room.seconds = 0.5;
  t.like(room.give({ kind: 'next', askedMsAgo: 630 }, 'r2', 'bob'), { kind: 'failure', code: 'REFUSED' });
  t.is(room.status().queuePosition, 2);
});

test('the status says who last did what, and when; the settings, too', (t) => {
  const room = new Room(t);
  room.seconds = 5;
  room.do({ kind: 'remove', positions: [4] }, 'r1', 'anna');
  room.startAgain();
  const { lastAction, settings } = room.status();
  const what = { by: 'anna', room: 'main', action: 'remove 4', outcome: '3 in the queue', done: true };
  t.deepEqual(lastAction, { ...what, atUnixMs: 1_700_000_005_000 });
  t.deepEqual(settings, { mayAdd: 'MEMBER', defaultVolume: 100, holdMs: 150 });
});
