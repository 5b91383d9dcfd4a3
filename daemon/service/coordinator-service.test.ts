import test from 'ava';
import type { HomeFacts, RoomFacts } from '../metrics/facts.ts';
import { home } from '../metrics/home.fixture.ts';
import type { Timers } from '../timers.ts';
import { type LocalUs, localUs } from '../units.ts';
import { CoordinatorService, coordinatorStatus } from './coordinator-service.ts';
import { ServiceManager } from './service-manager.ts';

const WATCHDOG_US = 10_000_000;

/** A service on a clock that the test turns; facts() is what the home is then. */
function served(facts: () => HomeFacts) {
  const messages: string[] = [];
  let now: LocalUs = localUs(0);
  let tick = () => {};
  const timers: Timers = {
    after: () => () => {},
    every(_, run) {
      tick = run;
      return () => {};
    },
  };
  const manager = new ServiceManager((one) => messages.push(one), WATCHDOG_US);
  const service = new CoordinatorService(manager, { facts: async () => facts() }, () => now, timers);
  return {
    messages,
    service,
    async passSeconds(seconds: number) {
      for (let s = 0; s < seconds; s += 2) {
        now = localUs(now + 2_000_000);
        tick();
        await new Promise(setImmediate);
      }
    },
  };
}

const lives = (messages: string[]) => messages.filter((one) => one === 'WATCHDOG=1').length;
const answering: RoomFacts[] = home.rooms.filter(({ status }) => status !== undefined);

test('a coordinator is ready when it is started, and alive as long as its rooms answer', async (t) => {
  const { messages, service, passSeconds } = served(() => ({ ...home, rooms: answering }));
  service.start();
  t.is(messages[0], 'READY=1');
  await passSeconds(20);
  t.true(lives(messages) >= 5, `${lives(messages)} signs of life in two periods`);
});

test('a room that hangs ends its signs of life', async (t) => {
  let rooms = answering;
  const { messages, service, passSeconds } = served(() => ({ ...home, rooms }));
  service.start();
  await passSeconds(10);
  const before = lives(messages);
  rooms = answering.map((room) => ({ ...room, status: undefined }));
  await passSeconds(30);
  t.is(lives(messages), before);
});

test('a room that is being restarted does not', async (t) => {
  const rooms = answering.map((room) => ({ ...room, isUp: false, status: undefined }));
  const { messages, service, passSeconds } = served(() => ({ ...home, rooms }));
  service.start();
  await passSeconds(20);
  t.true(lives(messages) >= 5);
});

test('its status tells the speakers online and what each room does', (t) => {
  t.is(coordinatorStatus(home), 'attic: 1 of 2 speakers online; main playing, den does not answer');
});

test('the service manager is told when it ends', (t) => {
  const { messages, service } = served(() => home);
  service.stop();
  t.deepEqual(messages, ['STOPPING=1']);
});
