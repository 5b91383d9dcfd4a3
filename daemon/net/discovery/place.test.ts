import test from 'ava';
import { isSameName, parseCoordinator } from './place.ts';

const place = (host: string, port: number) => ({ kind: 'place', place: { host, port } }) as const;

test('an address is an address, with the usual port unless one is given', (t) => {
  t.deepEqual(parseCoordinator('192.168.1.10'), place('192.168.1.10', 7400));
  t.deepEqual(parseCoordinator('attic:7500'), place('attic', 7500));
  t.deepEqual(parseCoordinator('attic.local'), place('attic.local', 7400));
  t.deepEqual(parseCoordinator('localhost'), place('localhost', 7400));
  t.deepEqual(parseCoordinator('[fd00::1]:7500'), place('[fd00::1]', 7500));
});

test('a word may be a host or a coordinator, and several words can only be a coordinator', (t) => {
  t.deepEqual(parseCoordinator('attic'), { kind: 'name', name: 'attic' });
  t.deepEqual(parseCoordinator('Our home'), { kind: 'name', name: 'Our home' });
});

test('what is neither is nothing', (t) => {
  for (const text of ['', ' ', 'attic:0', 'attic:99999', 'tcp://attic', 'a\u0007b', 'x y'.repeat(30)])
    t.is(parseCoordinator(text), undefined, JSON.stringify(text));
});

test('names are the same whatever their case and accents', (t) => {
  t.true(isSameName('Küche', 'KU\u0308CHE'));
  t.false(isSameName('attic', 'attic2'));
});
