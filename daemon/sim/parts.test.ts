import test from 'ava';
import fc from 'fast-check';
import { seededRandom } from '../random.ts';
import { Connection } from './connection.ts';
import { Crystal } from './crystal.ts';
import { Host, Process } from './host.ts';
import { Path } from './path.ts';
import { Schedule } from './schedule.ts';
import { decode, SIM_RATE, SignalStream, TRACKS, trackOf } from './signal.ts';

const steady = { ppm: 0, wanderPpm: 0, wanderSeconds: 1 };

test('things happen in order of their times, and in the order asked for where these are the same', async (t) => {
  const times = fc.array(fc.nat(20), { maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(times, async (list) => {
      const schedule = new Schedule();
      const happened: { atUs: number; i: number }[] = [];
      for (const [i, atUs] of list.entries())
        schedule.plainAt(atUs, () => happened.push({ atUs: schedule.nowUs, i }));
      await schedule.runUntil(100);
      const expected = list.map((atUs, i) => ({ atUs, i })).toSorted((a, b) => a.atUs - b.atUs);
      t.deepEqual(happened, expected);
    }),
  );
});

test('what was called off does not happen', async (t) => {
  const schedule = new Schedule();
  const cancel = schedule.at(5, () => t.fail());
  cancel();
  await schedule.runUntil(10);
  t.is(schedule.done, 0);
});

test('promises have run their course before the next thing happens', async (t) => {
  const schedule = new Schedule();
  const seen: string[] = [];
  schedule.at(1, () => {
    void Promise.resolve()
      .then(() => {})
      .then(() => seen.push('promise'));
  });
  schedule.at(1, () => seen.push('next'));
  await schedule.runUntil(2);
  t.deepEqual(seen, ['promise', 'next']);
});

test('a crystal never goes back, and is as far off as its rate says', (t) => {
  const model = fc.record({
    ppm: fc.integer({ min: -200, max: 200 }),
    wanderPpm: fc.constantFrom(0, 1, 5),
    wanderSeconds: fc.constant(100),
  });
  fc.assert(
    fc.property(
      fc.nat(),
      model,
      fc.array(fc.nat(30e6), { minLength: 2, maxLength: 30 }),
      (seed, like, pauses) => {
        const crystal = new Crystal(like, 1000, seededRandom(seed));
        let atUs = 0;
        let before = crystal.read(0);
        for (const pause of pauses) {
          atUs += pause;
          const now = crystal.read(atUs);
          t.true(now >= before);
          const limitPpm = Math.abs(like.ppm) + 8 * like.wanderPpm + 1e-3;
          t.true(Math.abs(now - before - pause) <= pause * limitPpm * 1e-6 + 1e-3);
          before = now;
        }
      },
    ),
  );
});

test('whatever is lost and overtaken, messages arrive in order, each once, until the connection breaks', async (t) => {
  const options = fc.record({ seed: fc.nat(), lossRatio: fc.constantFrom(0, 0.1, 0.5), cutS: fc.nat(8) });
  await fc.assert(
    fc.asyncProperty(options, async ({ seed, lossRatio, cutS }) => {
      const random = seededRandom(seed);
      const schedule = new Schedule();
      const process = () => new Process(new Host('host', schedule, new Crystal(steady, 0, random), random));
      const path = new Path({ fixedUs: 500, queueUs: 5000, stallEveryUs: 1e6, lossRatio }, random);
      const received: unknown[] = [];
      let closed = 0;
      const connection = new Connection(
        [
          { process: process(), path, onMessage: () => {}, onClose: () => closed++ },
          {
            process: process(),
            path,
            onMessage: (message) => received.push(message),
            onClose: () => closed++,
          },
        ],
        3.5e6,
      );
      for (let i = 0; i < 50; i++) schedule.at(i * 20_000, () => connection.send(0, i));
      schedule.at(300_000, () => {
        path.isCut = true;
      });
      schedule.at(300_000 + cutS * 1e6, () => {
        path.isCut = false;
      });
      await schedule.runUntil(60e6);
      t.deepEqual(
        received,
        received.map((_, i) => i),
      );
      t.is(connection.isOpen, closed === 0);
      t.is(received.length === 50, connection.isOpen || received.length === 50);
      t.true(closed === 0 || closed === 2);
      t.true(connection.isOpen ? received.length === 50 : true, 'all of it, or the connection is gone');
    }),
    { numRuns: 60 },
  );
});

test('track and position are read from the sound, whatever the volume', (t) => {
  const numbers = fc.integer({ min: 0, max: TRACKS - 1 });
  const gains = fc.double({ min: 0.001, max: 1, noNaN: true });
  fc.assert(
    fc.property(numbers, fc.integer({ min: 50, max: 90 * SIM_RATE - 50 }), gains, (number, frame, gain) => {
      const track = trackOf(number, 90, SIM_RATE);
      const held = new SignalStream(
        track,
        () => track.frames,
        () => {},
        () => {},
      );
      const channels = [new Float32Array(32), new Float32Array(32)] as const;
      held.copy(frame - 20, 32, channels, 0);
      const sample = (at: number, channel: number) =>
        Math.fround((channels[channel === 0 ? 0 : 1][at] ?? 0) * gain);
      const heard = decode(sample, 20.25);
      if (heard.kind !== 'sound') return t.fail(`${heard.kind} was read`);
      t.is(heard.track, number);
      const errorUs = (heard.seconds - (frame + 0.25) / SIM_RATE) * 1e6;
      t.true(Math.abs(errorUs) < 10, `${errorUs} µs off`);
    }),
  );
});

test('silence is read as silence, and an edge as nothing in particular', (t) => {
  t.is(decode(() => 0, 100).kind, 'silence');
  t.is(decode((frame) => (frame < 95 ? 0 : 1), 100).kind, 'mixed');
});
