import test from 'ava';
import { localUs } from '../../units.ts';
import { hasLeft, join, leave, moved, type Presence, peopleIn, roomOf, stillHere } from './presence.ts';

const at = (seconds: number) => localUs(seconds * 1e6);
const anna = { id: 'key-1', by: 'anna' };
const annasPhone = { id: 'key-2', by: 'anna' };
const ben = { id: 'key-3', by: 'ben' };
const nobody: Presence = new Map();

test('who has joined is there, by name and once', (t) => {
  const there = [ben, anna, annasPhone].reduce((all, one) => join(all, one, 'r1', at(0)), nobody);
  t.deepEqual(peopleIn(there, 'r1', at(1)), ['anna', 'ben']);
  t.deepEqual(peopleIn(there, 'r2', at(1)), []);
});

test('who says that they are still here stays, who vanishes has left 45 s later', (t) => {
  const there = join(join(nobody, anna, 'r1', at(0)), ben, 'r1', at(0));
  const later = stillHere(there, anna.id, at(30)) ?? nobody;
  t.deepEqual(peopleIn(later, 'r1', at(45)), ['anna', 'ben']);
  t.deepEqual(peopleIn(later, 'r1', at(46)), ['anna']);
  t.is(stillHere(later, ben.id, at(46)), undefined, 'and has to join again');
});

test('who joins another room has left the first', (t) => {
  const there = join(join(nobody, anna, 'r1', at(0)), anna, 'r2', at(1));
  t.deepEqual(peopleIn(there, 'r1', at(2)), []);
  t.is(roomOf(there, anna.id, at(2)), 'r2');
});

test('a client of somebody who has left is told so, for a while', (t) => {
  const there = leave(join(nobody, anna, 'r1', at(0)), anna, at(1));
  t.deepEqual(peopleIn(there, 'r1', at(2)), []);
  t.is(stillHere(there, anna.id, at(2)), undefined);
  t.true(hasLeft(there, anna.id, at(2)));
  t.false(hasLeft(there, anna.id, at(47)));
  t.false(hasLeft(there, ben.id, at(2)), "who was never there hasn't left");
});

test('those in a room that is deleted are in another', (t) => {
  const there = moved(join(nobody, anna, 'r1', at(0)), 'r1', 'r0');
  t.deepEqual(peopleIn(there, 'r0', at(1)), ['anna']);
});
