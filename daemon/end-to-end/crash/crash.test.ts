import test from 'ava';
import { CrashLoop } from './crash-loop.ts';

// A short form of `npm run test:crash`.

const VICTIMS = ['room', 'everything'] as const;

test('what is acknowledged is there after kill -9, done once; no queue is torn, and speakers are back', async (t) => {
  const loop = new CrashLoop({
    rounds: VICTIMS.length,
    victims: VICTIMS,
    speakers: ['kitchen'],
    seed: process.pid,
  });
  process.on('exit', () => loop.killAll());
  t.teardown(() => loop.stop());
  const { problems, acknowledged, resent, kills } = await loop.run();
  t.log(
    `seed ${process.pid}: ${acknowledged} commands, ${resent} sent again, kills ${JSON.stringify(kills)}`,
  );
  t.deepEqual(problems, []);
  t.true(acknowledged > 0, `${acknowledged} commands were acknowledged`);
});
