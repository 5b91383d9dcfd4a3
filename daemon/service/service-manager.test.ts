import test from 'ava';
import { localUs } from '../units.ts';
import { ServiceManager } from './service-manager.ts';

function heard(watchdogUs?: number) {
  const messages: string[] = [];
  return { messages, manager: new ServiceManager((message) => messages.push(message), watchdogUs) };
}

test('it is told once that the daemon is ready', (t) => {
  const { manager, messages } = heard();
  manager.ready();
  manager.ready();
  t.deepEqual(messages, ['READY=1']);
});

test('a status is one line, and is told when it changes', (t) => {
  const { manager, messages } = heard();
  manager.status('plays\nA=B');
  manager.status('plays A=B');
  manager.status('waits');
  t.deepEqual(messages, ['STATUS=plays A=B', 'STATUS=waits']);
});

test('signs of life are passed on four times in the watchdog’s period, however many there are', (t) => {
  const { manager, messages } = heard(10_000_000);
  for (let ms = 0; ms <= 10_000; ms += 250) manager.alive(localUs(ms * 1000));
  t.deepEqual(messages, Array(5).fill('WATCHDOG=1'));
});

test('a service manager without a watchdog gets no signs of life', (t) => {
  const { manager, messages } = heard();
  manager.alive(localUs(0));
  t.deepEqual(messages, []);
});
