import test from 'ava';
import * as fc from 'fast-check';
import { localUs } from '../../units.ts';
import { Reserve } from './reserve.ts';

/** Ticks every stepMs up to a time; returns that time. */
function tickUntil(reserve: Reserve, fromMs: number, toMs: number, stepMs: number, sounds = false): number {
  let atMs = fromMs;
  for (; atMs < toMs; atMs += stepMs) reserve.tick(localUs(atMs * 1000), sounds);
  return atMs;
}

test('in silence it is small while the thread runs in time', (t) => {
  const reserve = new Reserve(150);
  tickUntil(reserve, 0, 5000, 13);
  t.is(reserve.aheadMs, 35);
});

test('a pause makes it longer, for a while', (t) => {
  const reserve = new Reserve(150);
  let now = tickUntil(reserve, 0, 1000, 10);
  now = tickUntil(reserve, now + 50, now + 200, 10);
  t.true(reserve.idleMs > 75, `${reserve.idleMs} ms after a pause of 60`);
  tickUntil(reserve, now, now + 20_000, 10);
  t.is(reserve.idleMs, 35);
});

test('it grows by and by when music begins, and never beyond what it is to be', (t) => {
  const pause = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(fc.array(fc.record({ pauseMs: pause, sounds: fc.boolean() })), (ticks) => {
      const reserve = new Reserve(150);
      let nowMs = 0;
      for (const { pauseMs, sounds } of ticks) {
        const before = reserve.aheadMs;
        nowMs += pauseMs;
        reserve.tick(localUs(nowMs * 1000), sounds);
        t.true(reserve.aheadMs <= before + pauseMs / 2 && reserve.aheadMs <= reserve.goalMs(sounds));
        t.true(reserve.idleMs >= 35 && reserve.idleMs <= 100);
      }
    }),
  );
});

test('that the device was closed is no pause', (t) => {
  const reserve = new Reserve(150);
  tickUntil(reserve, 0, 1000, 10);
  reserve.begin();
  tickUntil(reserve, 60_000, 60_100, 10);
  t.is(reserve.idleMs, 35);
});

test('what is written ahead of music beyond the usual is written ahead of silence too, for slow machines', (t) => {
  const reserve = new Reserve(240);
  tickUntil(reserve, 0, 5000, 13);
  t.is(reserve.aheadMs, 125);
  tickUntil(reserve, 5000, 5500, 13, true);
  t.is(reserve.aheadMs, 240);
});
