import test from 'ava';
import { ownAddressTowards } from './own-address.ts';

test('the own address towards this host is that of loopback', async (t) => {
  t.is(await ownAddressTowards('127.0.0.1', 7400), '127.0.0.1');
});

test('a host that there is no way to is told as such, and no address made up', async (t) => {
  await t.throwsAsync(ownAddressTowards('nosuch.invalid', 7400), {
    message: /^there is no way to nosuch\.invalid: /,
  });
  await t.throwsAsync(ownAddressTowards('::1', 7400), { message: /^there is no way to ::1: / });
});
