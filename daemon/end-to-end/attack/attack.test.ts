import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { allAttacks } from './attacks.ts';
import { linesOf, problemsOf } from './limits.ts';
import { Siege } from './siege.ts';

// A short form of `npm run test:attack`: all at once, and fewer of each.

const SONG_S = 12;
const CONNECTIONS = 50;
const COMMANDS = 2000;
const SECONDS = 1.5;
/** A guesser's name waits 1 s after the third wrong try, and 2 s after the fourth. */
const LOGIN_WITHIN_MS = 10_000;

const siege = new Siege(SONG_S);
process.on('exit', () => siege.home.killAll());
test.before(() => siege.start());
test.after.always(() => siege.stop());

test.serial(
  'crowds, floods and guessers at once: the music goes on, others are answered, memory stays',
  async (t) => {
    const attacks = await allAttacks(siege, CONNECTIONS, COMMANDS);
    const told: string[] = [];
    const all = {
      name: 'all attacks',
      start: async () => void (await Promise.all(attacks.map((attack) => attack.start()))),
      stop: async () => {
        told.push(...(await Promise.all(attacks.map(async (one) => `${one.name}: ${await one.stop()}`))));
        return told.join('\n');
      },
    };
    await siege.under(all, SECONDS);
    t.regex(told.join('\n'), /commands a second: .*"BUSY"/, 'a flooder is held back');
    t.regex(siege.home.coordinator.log, /flooder sends more requests than anybody may/);
    t.regex(siege.home.coordinator.log, /a login failed, \d+ in a row of this name or key/);
  },
);

test.serial('the person whose password was guessed at still gets in with another key', async (t) => {
  const untilMs = performance.now() + LOGIN_WITHIN_MS;
  const login = async (): Promise<string> => {
    try {
      return (await siege.parties.person('anna', 'ADMIN')).name;
    } catch (error) {
      if (performance.now() > untilMs || !`${error}`.includes('BUSY')) throw error;
      await sleep(200);
      return login();
    }
  };
  t.is(await login(), 'admin');
});

test.serial('what the speakers have played meanwhile is as close together as ever', async (t) => {
  const figures = await siege.figures();
  t.log(figures.map(linesOf).join('\n'));
  t.deepEqual(figures.flatMap(problemsOf), []);
});
