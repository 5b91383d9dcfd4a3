import test from 'ava';
import type { SpeakerSituation } from '../speaker/live-speaker.ts';
import type { PlayerReport } from '../speaker/playout/player.ts';
import { frames, localUs, ppm } from '../units.ts';
import { ServiceManager } from './service-manager.ts';
import { SpeakerService } from './speaker-service.ts';

const SECOND_US = 1_000_000;
const WATCHDOG_US = 10 * SECOND_US;

const playing: PlayerReport = {
  state: 'SOUNDING',
  epoch: 1,
  itemId: 'a',
  positionFrame: frames(0),
  errorUs: 1.4,
  errorBoundUs: 5,
  dacPpm: ppm(41),
  slewPpm: 0,
  bufferMs: 150,
  leadUs: 100_000,
  xruns: 0,
  resyncs: 0,
  lateStarts: 0,
  gaps: 0,
  format: { device: 'hw:0', rate: 48_000, channels: 2, sampleFormat: 'S16', bufferFrames: 9600 },
  writtenFrames: frames(0),
  problem: '',
};
const kitchen: SpeakerSituation = {
  name: 'kitchen',
  roomName: 'main',
  clock: { state: 'SYNCHRONIZED', offsetUs: 0, errorBoundUs: 26, driftPpm: 0, delayP95Us: 500 },
  problem: '',
};

function heard() {
  const messages: string[] = [];
  return {
    messages,
    service: new SpeakerService(new ServiceManager((one) => messages.push(one), WATCHDOG_US)),
  };
}

test('a speaker is ready with the first report of its playout thread', (t) => {
  const { messages, service } = heard();
  service.observe(playing, kitchen, localUs(0));
  t.is(messages[0], 'READY=1');
});

test('it is alive as long as its device takes what is written, and no longer', (t) => {
  const { messages, service } = heard();
  const report = (s: number, written: number) =>
    service.observe({ ...playing, writtenFrames: frames(written) }, kitchen, localUs(s * SECOND_US));
  for (let s = 0; s <= 10; s++) report(s, s * 48_000);
  const taken = messages.filter((one) => one === 'WATCHDOG=1').length;
  t.true(taken >= 3, `${taken} signs of life in a watchdog's period`);
  for (let s = 11; s <= 60; s++) report(s, 480_000);
  t.is(messages.filter((one) => one === 'WATCHDOG=1').length, taken);
});

test('a speaker whose device is closed, or gone, is alive', (t) => {
  const { messages, service } = heard();
  const gone: PlayerReport = { ...playing, state: 'FAILED', format: undefined, problem: 'hw:0 is not there' };
  for (let s = 0; s <= 10; s++) service.observe(gone, kitchen, localUs(s * SECOND_US));
  t.true(messages.filter((one) => one === 'WATCHDOG=1').length >= 3);
});

test('its status says where it is and what it does, with figures every few seconds', (t) => {
  const { messages, service } = heard();
  for (let ms = 0; ms < 10_000; ms += 250)
    service.observe({ ...playing, errorUs: ms / 1000 }, kitchen, localUs(ms * 1000));
  const said = messages.filter((one) => one.startsWith('STATUS='));
  t.deepEqual(said, [
    'STATUS=kitchen in room main, playing (0 µs late, clock ±26 µs, DAC 41 ppm)',
    'STATUS=kitchen in room main, playing (5 µs late, clock ±26 µs, DAC 41 ppm)',
  ]);
});

test('what is wrong is in its status at once', (t) => {
  const { messages, service } = heard();
  service.observe(playing, kitchen, localUs(0));
  service.observe({ ...playing, state: 'STARVED' }, { ...kitchen, problem: 'nobody answers' }, localUs(1));
  service.observe(
    { ...playing, state: 'SILENT' },
    { ...kitchen, roomName: undefined, clock: undefined },
    localUs(2),
  );
  t.is(messages.at(-2), 'STATUS=kitchen in room main, waiting for the track: nobody answers (clock ±26 µs)');
  t.is(messages.at(-1), 'STATUS=kitchen looking for its room, silent');
});
