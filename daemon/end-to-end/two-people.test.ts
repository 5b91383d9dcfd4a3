import test from 'ava';
import type { RoomStatus } from '../../protos/index.ts';
import { Household } from './household.ts';
import { tone } from './music.ts';

// Real jamctl processes against a real coordinator: what several people do at the same moment.

const home = new Household();

test.before(async () => {
  await home.start();
  const hz = [200, 300, 400, 500, 600, 700, 800, 900];
  const tracks = await Promise.all(hz.map((one) => tone(home.directory, `${one}.wav`, one, 60)));
  await home.do('add', ...tracks);
});
test.after.always(() => home.stop());
process.on('exit', () => home.killAll());

async function status(): Promise<RoomStatus> {
  const now = await home.status();
  if (!now) throw new Error('the room gives no status');
  return now;
}

test.serial(
  'two who press next at the same moment skip one track, with jamctl trying for a second',
  async (t) => {
    await home.do('play', '1');
    const results = await Promise.all([home.jamctl('next'), home.jamctl('next')]);
    t.is((await status()).queuePosition, 2);
    t.deepEqual(results.map(({ exitCode }) => exitCode).sort(), [0, 3], JSON.stringify(results));
    const refused = results.find(({ exitCode }) => exitCode === 3);
    t.regex(refused?.output ?? '', /"next" of .* in room main came first: give next again/);
  },
);

test.serial('the second is told at once that it is busy, and for how long', async (t) => {
  await home.do('play', '1');
  const replies = await Promise.all([home.ask({ kind: 'pause' }), home.ask({ kind: 'next' })]);
  const answers = replies.map((reply) => (reply.kind === 'room' ? reply.body : reply));
  const refused = answers.find((answer) => answer.kind === 'failure');
  t.like(refused, { code: 'BUSY' });
  t.true((refused?.retryAfterMs ?? 0) > 0, JSON.stringify(refused));
});

test.serial('several next of one person after the other skip several tracks', async (t) => {
  await home.do('play', '1');
  for (let i = 0; i < 3; i += 1) await home.do('next');
  t.is((await status()).queuePosition, 4);
});

test.serial('adds of several people at once wait for nothing, and are all done', async (t) => {
  const before = (await status()).queueLength;
  const track = (await status()).item?.track;
  if (!track) throw new Error('nothing is current');
  await home.do('next');
  const replies = await Promise.all(
    Array.from({ length: 10 }, () => home.ask({ kind: 'add', tracks: [track] })),
  );
  for (const reply of replies) t.like(reply, { kind: 'room', body: { kind: 'done' } });
  t.is((await status()).queueLength, before + 10);
});

test.serial('status says who last did what', async (t) => {
  await home.do('volume', '33');
  t.like((await status()).lastAction, {
    room: 'main',
    action: 'volume 33',
    outcome: 'volume 33',
    done: true,
  });
});
