import { randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { newKeyPair } from '../../security/keys.ts';
import { commitmentTo, pairingCode } from '../../security/pairing-code.ts';
import { type LocalUs, localUs } from '../../units.ts';
import {
  adopt,
  commit,
  heardOf,
  isPaired,
  noPairings,
  type PairingState,
  pendingSpeakers,
  reveal,
} from './pairing.ts';

const coordinator = newKeyPair().publicKey;
const speaker = newKeyPair().publicKey;
const hello = {
  kind: 'speaker',
  speakerId: 'an-id',
  name: 'kitchen',
  version: '1',
  device: 'default',
} as const;
const start = localUs(1e9);
const nonce = () => Uint8Array.from(randomBytes(16));

/** A speaker that has said hello and paired, and the code that it shows. */
function paired(from: PairingState = noPairings(start), key = speaker, now: LocalUs = start) {
  const [speakerNonce, coordinatorNonce] = [nonce(), nonce()];
  const heard = heardOf(from, key, hello, now);
  const committed = commit(heard, key, commitmentTo(speakerNonce), coordinatorNonce, now);
  const code = pairingCode({ coordinator, speaker: key, coordinatorNonce, speakerNonce });
  return { state: reveal(committed, coordinator, key, speakerNonce), code };
}

test('both sides show the same six digits, and with them the speaker is adopted', (t) => {
  const { state, code } = paired();
  t.regex(code, /^\d{6}$/);
  t.like(pendingSpeakers(state, start)[0], { name: 'kitchen', code });
  const { adopted, state: after } = adopt(
    state,
    'speaker',
    'Kitchen',
    `${code.slice(0, 3)} ${code.slice(3)}`,
  );
  t.is(adopted?.key, speaker);
  t.is(adopted?.speaker.speakerId, 'an-id');
  t.is(pendingSpeakers(after, start).length, 0);
});

test('with somebody in between the two codes differ', (t) => {
  const between = newKeyPair().publicKey;
  const [coordinatorNonce, speakerNonce] = [nonce(), nonce()];
  const shown = pairingCode({ coordinator: between, speaker, coordinatorNonce, speakerNonce });
  const expected = pairingCode({ coordinator, speaker: between, coordinatorNonce, speakerNonce });
  t.not(shown, expected);
});

test('another number than the one committed to is refused', (t) => {
  const heard = heardOf(noPairings(start), speaker, hello, start);
  const committed = commit(heard, speaker, commitmentTo(nonce()), nonce(), start);
  t.throws(() => reveal(committed, coordinator, speaker, nonce()), { message: /another/ });
  t.throws(() => reveal(heard, coordinator, speaker, nonce()), { message: /begins/ });
});

test('after three wrong codes the right one is of no use, and another is made', (t) => {
  let { state, code } = paired();
  const wrong = code === '123456' ? '654321' : '123456';
  for (let i = 0; i < 3; i += 1) {
    const attempt = adopt(state, 'speaker', 'kitchen', wrong);
    t.regex(attempt.refusal?.message ?? '', /doesn't show that code/);
    state = attempt.state;
  }
  t.false(isPaired(state, speaker));
  t.is(adopt(state, 'speaker', 'kitchen', code).adopted, undefined);
  ({ state, code } = paired(state));
  t.is(adopt(state, 'speaker', 'kitchen', code).adopted?.key, speaker);
});

test('who tries for a code is slowed down, whatever keys they use', (t) => {
  let state = noPairings(start);
  let made = 0;
  const attempt = (now: LocalUs) => {
    try {
      const key = newKeyPair().publicKey;
      const { state: after } = paired({ ...state, pending: new Map() }, key, now);
      state = after;
      made += 1;
    } catch (error) {
      t.regex(String(error), /too many/);
    }
  };
  for (let i = 0; i < 100; i += 1) attempt(start);
  t.is(made, 60);
  for (let i = 0; i < 10; i += 1) attempt(localUs(start + 60_000_000));
  t.is(made, 61);
});

test('a speaker that has gone is no longer shown, and only so many wait', (t) => {
  const { state } = paired();
  t.is(pendingSpeakers(state, localUs(start + 61_000_000)).length, 0);
  let crowd = noPairings(start);
  for (let i = 0; i < 64; i += 1) crowd = heardOf(crowd, newKeyPair().publicKey, hello, start);
  t.throws(() => heardOf(crowd, speaker, hello, start), { message: /wait to be adopted already/ });
  t.notThrows(() => heardOf(crowd, speaker, hello, localUs(start + 61_000_000)));
});

test('no code but the shown one adopts', (t) => {
  const { state, code } = paired();
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), (guess) => {
      fc.pre(guess.replaceAll(/[\s-]/g, '') !== code);
      return adopt(state, 'speaker', 'kitchen', guess).adopted === undefined;
    }),
  );
  t.pass();
});
