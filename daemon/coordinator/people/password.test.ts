import test from 'ava';
import { Refusal } from '../refusal.ts';
import { checkPassword, hashPassword, isPassword, isSameSecret } from './password.ts';

test('a password is known again, another is not, and nothing is kept that tells it', async (t) => {
  const kept = await hashPassword('correct horse');
  t.true(await isPassword('correct horse', kept));
  t.false(await isPassword('correct horsE', kept));
  t.false(JSON.stringify(kept).includes('horse'));
  t.not((await hashPassword('correct horse')).hash, kept.hash, 'each has a salt of its own');
});

test('a password is the same however its accents are written', async (t) => {
  t.true(await isPassword('cafe\u0301 noir', await hashPassword('café noir')));
});

test('one that was made with other parameters is still known', async (t) => {
  const old = { salt: '00'.repeat(16), cost: 1024, blockSize: 8, parallelization: 1 };
  const { scryptSync } = await import('node:crypto');
  const hash = scryptSync('old password', Buffer.alloc(16), 32, { N: 1024, r: 8, p: 1 }).toString('hex');
  t.true(await isPassword('old password', { ...old, hash }));
});

test('where there is no such user nothing is right, and it takes as long', async (t) => {
  const kept = await hashPassword('correct horse');
  const msOf = async (known: typeof kept | undefined) => {
    const from = process.cpuUsage();
    t.false(await isPassword('wrong', known));
    return process.cpuUsage(from).user / 1000;
  };
  const [known, unknown] = [await msOf(kept), await msOf(undefined)];
  t.true(unknown > known / 3, `${unknown} ms of CPU against ${known} ms`);
});

test('a short password is refused, by what people see as characters', (t) => {
  t.throws(() => checkPassword('1234567'), { instanceOf: Refusal, message: /8 characters/ });
  t.notThrows(() => checkPassword('12345678'));
  t.throws(() => checkPassword('😀😀😀😀'), { instanceOf: Refusal });
});

test('secrets are compared whole', (t) => {
  t.true(isSameSecret('abcd-efgh', 'abcd-efgh'));
  t.false(isSameSecret('abcd-efgh', 'abcd-efgi'));
  t.false(isSameSecret('', 'abcd-efgh'));
});
