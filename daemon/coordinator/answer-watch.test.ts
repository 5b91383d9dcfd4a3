import test from 'ava';
import type { Timers } from '../timers.ts';
import { AnswerWatch } from './answer-watch.ts';

/** A watch whose seconds go by when told; who is watched answers or doesn't. */
function watched() {
  let tick = () => {};
  let running = true;
  const timers: Timers = {
    after: () => () => {},
    every: (_, work) => {
      tick = work;
      return () => {
        running = false;
      };
    },
  };
  const seen = { asked: 0, gaveUp: 0 };
  const answers = { on: true };
  const watch = new AnswerWatch(
    timers,
    () => {
      seen.asked += 1;
      if (answers.on) watch.noteAnswer();
    },
    () => {
      seen.gaveUp += 1;
    },
  );
  watch.start();
  const pass = (seconds: number) => {
    for (let i = 0; i < seconds && running; i += 1) tick();
  };
  return { seen, answers, pass };
}

test('who answers is left alone', (t) => {
  const { seen, pass } = watched();
  pass(1000);
  t.deepEqual(seen, { asked: 1000, gaveUp: 0 });
});

test('who answers nothing is given up after five questions, once', (t) => {
  const { seen, answers, pass } = watched();
  pass(10);
  answers.on = false;
  pass(5);
  t.is(seen.gaveUp, 0);
  pass(100);
  t.deepEqual(seen, { asked: 15, gaveUp: 1 });
});

test('who was away for a while and is back is left alone', (t) => {
  const { seen, answers, pass } = watched();
  answers.on = false;
  pass(4);
  answers.on = true;
  pass(1);
  answers.on = false;
  pass(5);
  t.is(seen.gaveUp, 0);
});
