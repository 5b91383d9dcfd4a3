import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { Fuzzer } from './fuzzer.ts';
import { readInputs } from './kept-inputs.ts';

// A short form of `npm run test:fuzz`, which begins with all that the fuzzer has once found.

const FRAMES = 3000;
const fixtures = new URL('fixtures/', import.meta.url);

test('whatever is sent to its sockets, a coordinator answers, lets in nobody, and is not to blame', async (t) => {
  const kept = readdirSync(fixtures).flatMap((name) =>
    readInputs(readFileSync(new URL(name, fixtures), 'utf8')),
  );
  t.true(kept.length > 0, 'there are fixtures');
  const fuzzer = new Fuzzer({ frames: FRAMES, seed: process.pid, framesPerRound: FRAMES, kept });
  process.on('exit', () => fuzzer.killAll());
  t.teardown(() => fuzzer.stop());
  const { problems, sent } = await fuzzer.run();
  t.deepEqual(problems, [], `seed ${process.pid}`);
  const total = Object.values(sent).reduce((sum, count) => sum + count, 0);
  t.true(total > 0.9 * FRAMES, `${total} of ${FRAMES} inputs were sent`);
});
