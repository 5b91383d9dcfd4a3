import test from 'ava';
import { type LocalUs, localUs } from '../../units.ts';
import { emptyPlan } from './plan.ts';
import { Player, type PlayerReport } from './player.ts';
import { PlayoutLoop } from './playout-loop.ts';
import { SIM_RATE, SimSink } from './sinks/sim-sink.ts';
import type { SinkStatus } from './sinks/sink.ts';

/** A DAC that holds some ms behind its buffer. */
class DeepSink extends SimSink {
  fifoMs = 0;

  override status(): SinkStatus {
    const status = super.status();
    return { ...status, delayFrames: status.delayFrames + (this.fifoMs / 1000) * SIM_RATE };
  }
}

/** A loop on a quiet machine whose thread is told when to tick, and that tells its lead when it is asked. */
class QuietLoop {
  readonly loop: PlayoutLoop;
  nowUs = 1e9;
  /** Each look at the clock takes so long. */
  lookUs = 1;
  tick = () => {};
  #report = () => {};
  #told: PlayerReport | undefined;

  constructor(fifoMs = 0) {
    const clock = (): LocalUs => {
      this.nowUs += this.lookUs;
      return localUs(this.nowUs);
    };
    const sink = new DeepSink({ name: 'sim', ppm: 0, reportStepUs: 0, recorder: null }, clock);
    sink.fifoMs = fifoMs;
    const noStreams = () => {
      throw new Error('nothing is to be played');
    };
    const player = new Player(sink, noStreams, { bufferMs: 150, dacPpm: undefined }, () => {});
    const timers = {
      after: (_ms: number, run: () => void) => {
        this.tick = run;
        return () => {};
      },
      every: (_ms: number, run: () => void) => {
        this.#report = run;
        return () => {};
      },
    };
    this.loop = new PlayoutLoop(player, clock, timers, (report) => {
      this.#told = report;
    });
  }

  get leadMs(): number {
    this.#report();
    return (this.#told?.leadUs ?? Number.NaN) / 1000;
  }

  start(): void {
    this.loop.start();
    this.run(5);
  }

  /** Ticks every 10 ms for so long. */
  run(seconds: number): void {
    for (const endUs = this.nowUs + seconds * 1e6; this.nowUs < endUs; this.tick()) this.nowUs += 10_000;
  }
}

test('on a quiet machine the lead is what is written ahead of silence, and 5 ms', (t) => {
  const quiet = new QuietLoop();
  quiet.start();
  t.is(quiet.leadMs, 40);
});

test('what a device holds behind its buffer is part of the lead', (t) => {
  const deep = new QuietLoop(7);
  deep.start();
  t.true(Math.abs(deep.leadMs - 47) < 0.1, `${deep.leadMs} ms`);
});

test('what ticks take again and again is part of the lead, in place of the 5 ms', (t) => {
  const quiet = new QuietLoop();
  quiet.start();
  // What is written ahead grows by the pause that each makes, too.
  const leads = [1, 2].map(() => {
    quiet.lookUs = 2500;
    quiet.tick();
    quiet.lookUs = 1;
    quiet.run(0.5);
    return quiet.leadMs;
  });
  const [once = 0, twice = 0] = leads;
  t.true(twice > once + 3, `${once} ms after the first slow tick, ${twice} after the second`);
});

test('what messages take again and again to get there is part of the lead, in place of the 5 ms', (t) => {
  const quiet = new QuietLoop();
  quiet.start();
  for (const expected of [40, 64]) {
    quiet.loop.take({ type: 'plan', plan: emptyPlan, sentUs: localUs(quiet.nowUs - 30_000) });
    t.true(Math.abs(quiet.leadMs - expected) < 1, `${quiet.leadMs} ms, not ${expected}`);
    quiet.run(0.5);
  }
});
