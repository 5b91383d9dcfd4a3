import test from 'ava';
import { type LocalUs, localUs } from '../../units.ts';
import { emptyPlan } from './plan.ts';
import { Player, type PlayerReport } from './player.ts';
import { PlayoutLoop } from './playout-loop.ts';
import { SimSink } from './sinks/sim-sink.ts';

/** A loop in a process where each look at the clock takes so long, and the lead that it tells when it reports. */
function loopOn(questionUs: number) {
  let nowUs = 1e9;
  let told: PlayerReport | undefined;
  const clock = (): LocalUs => {
    nowUs += questionUs;
    return localUs(nowUs);
  };
  const sink = new SimSink({ name: 'sim', ppm: 0, reportStepUs: 0, recorder: null }, clock);
  const noStreams = () => {
    throw new Error('nothing is to be played');
  };
  const player = new Player(sink, noStreams, { bufferMs: 150, dacPpm: undefined }, () => {});
  let report = () => {};
  const timers = {
    after: () => () => {},
    every: (_ms: number, run: () => void) => {
      report = run;
      return () => {};
    },
  };
  const loop = new PlayoutLoop(player, clock, timers, (one) => {
    told = one;
  });
  loop.start();
  const leadUs = () => {
    report();
    return told?.leadUs ?? Number.NaN;
  };
  return { clock, loop, leadUs };
}

test('what a tick takes is part of the lead', (t) => {
  const [quick, slow] = [loopOn(1), loopOn(1000)];
  const moreUs = slow.leadUs() - quick.leadUs();
  t.true(moreUs > 2000 && moreUs < 20_000, `${moreUs} µs more`);
});

test('what a message takes to get there is part of the lead', (t) => {
  const { clock, loop, leadUs } = loopOn(1);
  const beforeUs = leadUs();
  const sentUs = localUs(clock() - 30_000);
  loop.take({ type: 'plan', plan: emptyPlan, sentUs });
  t.true(Math.abs(leadUs() - beforeUs - 30_000) < 100, `${leadUs() - beforeUs} µs more`);
});
