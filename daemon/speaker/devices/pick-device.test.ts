import { rmSync } from 'node:fs';
import test from 'ava';
import { choicesAmong, holdersOf, pcmOf, pickCard } from './pick-device.ts';
import { procWithCards } from './proc.fixture.ts';
import { readSoundCards } from './sound-cards.ts';

const proc = procWithCards();
const cards = readSoundCards(proc);
test.after.always(() => rmSync(proc, { recursive: true }));

test('the cards that can play are found, by id, name and device, with who has them open', (t) => {
  t.deepEqual(cards, [
    {
      number: 0,
      id: 'Headphones',
      name: 'bcm2835 Headphones',
      playback: [{ device: 0, name: 'bcm2835 Headphones', holders: [] }],
    },
    {
      number: 1,
      id: 'DAC',
      name: 'USB Audio DAC',
      playback: [{ device: 0, name: 'USB Audio', holders: [{ pid: 812, program: 'mpd' }] }],
    },
    {
      number: 2,
      id: 'Device',
      name: 'USB Audio Device',
      playback: [
        { device: 0, name: 'USB Audio', holders: [] },
        { device: 1, name: 'USB Audio #1', holders: [] },
      ],
    },
  ]);
});

test('where the kernel has no sound there is no card', (t) => {
  t.deepEqual(readSoundCards('/nonexistent'), []);
});

const picks = test.macro({
  title: (_, wanted: string) => `"${wanted}" stands for`,
  exec: (t, wanted: string, expected: ReturnType<typeof pickCard>) => {
    t.deepEqual(pickCard(wanted, cards), expected);
  },
});

test(picks, 'DAC', { kind: 'one', pcm: 'plughw:CARD=DAC' });
test(picks, 'dac', { kind: 'one', pcm: 'plughw:CARD=DAC' });
test(picks, 'USB Audio Device', { kind: 'one', pcm: 'plughw:CARD=Device' });
test(picks, 'headphone', { kind: 'one', pcm: 'plughw:CARD=Headphones' });
test(picks, 'USB Audio', { kind: 'several', pcms: ['plughw:CARD=DAC', 'plughw:CARD=Device'] });
test(picks, 'HDMI', { kind: 'none' });
test(picks, 'Webcam', { kind: 'none' });
test(picks, ' ', { kind: 'none' });

test('what there is can be said in a line', (t) => {
  t.is(
    choicesAmong(cards),
    'plughw:CARD=Headphones (bcm2835 Headphones), plughw:CARD=DAC (USB Audio DAC), ' +
      'plughw:CARD=Device (USB Audio Device)',
  );
  t.is(pcmOf(cards[2]!, 1), 'plughw:CARD=Device,DEV=1');
});

test('who holds a device is named, by whatever name it is called', (t) => {
  for (const pcm of ['hw:1', 'plughw:1,0', 'hw:DAC', 'plughw:CARD=DAC,DEV=0', 'sysdefault:CARD=DAC']) {
    t.is(holdersOf(pcm, cards), 'mpd (process 812)', pcm);
  }
  t.is(holdersOf('hw:CARD=Device', cards), '', 'another card');
  t.is(holdersOf('hw:DAC,1', cards), '', 'another device of the card');
  t.is(holdersOf('default', cards), 'mpd (process 812)', 'it may be any card');
});
