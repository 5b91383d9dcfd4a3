import test from 'ava';
import { CommandError } from './exit-codes.ts';
import { findCoordinator } from './find-coordinator.ts';

// Finding by name and without any is tried on networks of its own: daemon/net/discovery/network.test.ts.

test('an address is taken as it is, with the lobby port when none is given', async (t) => {
  t.deepEqual(await findCoordinator('pi.local'), { host: 'pi.local', port: 7400 });
  t.deepEqual(await findCoordinator('10.0.0.5:7500'), { host: '10.0.0.5', port: 7500 });
});

test('what is neither an address nor a name is refused', async (t) => {
  for (const text of ['', ':7400', 'a:b', 'a:0', 'a:70000', 'http://a', 'fe80::1'])
    await t.throwsAsync(findCoordinator(text), { instanceOf: CommandError, code: 'USAGE' }, text);
});
