import { setImmediate as nextTurn } from 'node:timers/promises';
import test from 'ava';
import { Turns } from './turns.ts';

test('of all that is asked for, one piece of work is done a turn, in order', async (t) => {
  const turns = new Turns();
  const done: string[] = [];
  const work = async (name: string) => {
    for (const step of [1, 2]) {
      await turns.own();
      done.push(`${name}${step}`);
    }
  };
  const both = Promise.all([work('a'), work('b')]);
  for (let before = 0; done.length < 4; before = done.length) {
    await nextTurn();
    t.true(done.length <= before + 1, `in one turn: ${done.slice(before)}`);
  }
  await both;
  t.deepEqual(done, ['a1', 'b1', 'a2', 'b2']);
});
