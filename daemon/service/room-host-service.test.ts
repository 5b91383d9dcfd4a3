import test from 'ava';
import type { Timers } from '../timers.ts';
import { type LocalUs, localUs } from '../units.ts';
import { RoomHostService } from './room-host-service.ts';
import { ServiceManager } from './service-manager.ts';

const WATCHDOG_US = 10_000_000;
const CHECK_US = 2_000_000;

test('a room host is ready when it is started, alive while its loop turns, and tells how its rooms are', (t) => {
  const messages: string[] = [];
  let now: LocalUs = localUs(0);
  let tick = () => {};
  const timers: Timers = {
    after: () => () => {},
    every(_, run) {
      tick = run;
      return () => {
        tick = () => {};
      };
    },
  };
  const host = { status: 'loft: 0 of 1 rooms up; the lobby at study is there' };
  const manager = new ServiceManager((one) => messages.push(one), WATCHDOG_US);
  const service = new RoomHostService(manager, host, () => now, timers);
  const passSeconds = (seconds: number) => {
    for (let us = 0; us < seconds * 1e6; us += CHECK_US) {
      now = localUs(now + CHECK_US);
      tick();
    }
  };
  const lives = () => messages.filter((one) => one === 'WATCHDOG=1').length;

  service.start();
  t.deepEqual(messages.slice(0, 2), ['READY=1', `STATUS=${host.status}`]);
  host.status = 'loft: 1 of 1 rooms up; the lobby at study is there';
  passSeconds(20);
  t.true(messages.includes(`STATUS=${host.status}`));
  t.true(lives() >= 5, `${lives()} signs of life in two periods`);
  const before = lives();
  service.stop();
  passSeconds(20);
  t.is(messages.at(-1), 'STOPPING=1');
  t.is(lives(), before, 'no sign of life after it was stopped');
});
