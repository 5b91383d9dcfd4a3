import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { curveKeyPair } from 'zeromq';
import { KeyRing } from './key-ring.ts';
import { newKeyPair } from './keys.ts';
import { MediaTokens } from './media-token.ts';
import { proofFrame } from './proof.ts';
import { findKeys, publishKeys, withdrawKeys } from './runtime-keys.ts';
import { SecretFileError } from './secret-file.ts';
import { fromZ85, toZ85 } from './z85.ts';

const directory = mkdtempSync(join(tmpdir(), 'jam-keys-test-'));
test.after.always(() => rmSync(directory, { recursive: true, force: true }));

const others = 0o077;
/** That no coordinator of this host has. */
const PORT = 64_999;

test('keys are kept in a file that nobody else may read', (t) => {
  const path = join(directory, 'a', 'keys.json');
  const ring = new KeyRing(path);
  ring.load();
  t.is(statSync(path).mode & others, 0);
  const server = newKeyPair().publicKey;
  ring.remember('attic:7400', { publicKey: server, proof: proofFrame(ring.own, server) });
  const again = new KeyRing(path);
  again.load();
  t.deepEqual(again.own, ring.own);
  t.deepEqual(again.known('attic:7400'), ring.known('attic:7400'));
  t.true(again.forget('attic:7400'));
  t.is(again.known('attic:7400'), undefined);
});

test('a key file that others may read is refused, with what to do; so is a damaged one', (t) => {
  const path = join(directory, 'open.json');
  new KeyRing(path).load();
  chmodSync(path, 0o644);
  t.throws(() => new KeyRing(path).load(), { instanceOf: SecretFileError, message: /chmod 600/ });
  chmodSync(path, 0o600);
  writeFileSync(path, '{');
  t.throws(() => new KeyRing(path).load(), { instanceOf: SecretFileError, message: /remove it/ });
});

test('a coordinator leaves its keys for its own host, by its port, and takes them away', (t) => {
  const environment = {
    XDG_RUNTIME_DIR: join(directory, 'run'),
    JAM_KEYS_DIR: join(directory, 'run', 'jam'),
  };
  const [own, local] = [newKeyPair(), newKeyPair()];
  const { publicKey } = own;
  const keys = { security: 'curve', publicKey, local, proof: proofFrame(local, publicKey) } as const;
  const path = publishKeys(PORT, keys, environment);
  t.is(statSync(path).mode & others, 0);
  t.like(findKeys('127.0.0.1', PORT, environment), { security: 'curve', publicKey, local });
  t.is(findKeys('127.0.0.1', PORT + 1, environment), undefined);
  const nearby = { XDG_RUNTIME_DIR: environment.XDG_RUNTIME_DIR };
  t.like(findKeys('localhost', PORT, nearby), { publicKey });
  t.is(findKeys('192.0.2.1', PORT, nearby), undefined, 'another host');
  withdrawKeys(path);
  t.false(existsSync(path));
});

test('a directory that others may write to is not believed', (t) => {
  const runtime = join(directory, 'shared');
  mkdirSync(join(runtime, 'jam'), { recursive: true });
  publishKeys(PORT, { security: 'none' }, { JAM_KEYS_DIR: join(runtime, 'jam') });
  t.deepEqual(findKeys('127.0.0.1', PORT, { XDG_RUNTIME_DIR: runtime }), { security: 'none' });
  chmodSync(join(runtime, 'jam'), 0o777);
  t.is(findKeys('127.0.0.1', PORT, { XDG_RUNTIME_DIR: runtime }), undefined);
});

test('a token is good for its track, its purpose and its time', (t) => {
  const tokens = new MediaTokens(new Uint8Array(32).fill(1));
  const [hash, other] = ['a'.repeat(64), 'b'.repeat(64)];
  const { token, expiresInMs } = tokens.make(hash, 'fetch', 1000);
  t.true(tokens.allows(token, hash, 'fetch', 1000));
  t.true(tokens.allows(token, hash, 'fetch', 1000 + expiresInMs - 1));
  t.false(tokens.allows(token, hash, 'fetch', 1000 + expiresInMs), 'expired');
  t.false(tokens.allows(token, other, 'fetch', 1000), 'another track');
  t.false(tokens.allows(token, hash, 'upload', 1000), 'another purpose');
  t.false(new MediaTokens(new Uint8Array(32)).allows(token, hash, 'fetch', 1000), 'another coordinator');
  const later = token.replace(/^\d+/, (expiry) => `${Number(expiry) + 1e6}`);
  t.false(tokens.allows(later, hash, 'fetch', 1000), 'its expiry changed');
  fc.assert(fc.property(fc.string(), (text) => !tokens.allows(text, hash, 'fetch', 1000)));
});

test("keys are written as ZeroMQ's options want them", (t) => {
  const { publicKey } = curveKeyPair();
  t.is(toZ85(fromZ85(publicKey)), publicKey);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) =>
      fromZ85(toZ85(bytes)).equals(bytes),
    ),
  );
  t.throws(() => fromZ85('abc'));
});
