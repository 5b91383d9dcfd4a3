import { WIFI, WIRED } from '../path.ts';
import type { Scenario } from '../scenario.ts';

/** Networks that aren't a quiet switch. */
export const networkScenarios: readonly Scenario[] = [
  {
    name: 'wifi',
    about: 'The default home on a Wi-Fi with other traffic on it.',
    seconds: 120,
    home: { path: WIFI },
    // A start is late where its packet is lost: TCP sends it again after 0.2 s.
    limits: { spreadUs: 300, spreadRmsUs: 100, errorUs: 300, withinS: 5, holdoverUs: 400, glitches: 2 },
    script: (director) => director.music(),
  },
  {
    name: 'jitter',
    about: 'Each packet is up to tens of ms late, and they overtake each other.',
    seconds: 150,
    home: { path: { fixedUs: 1500, queueUs: 12_000, stallEveryUs: 1e6, lossRatio: 0 } },
    limits: {
      spreadUs: 5000,
      spreadRmsUs: 1500,
      errorUs: 4000,
      withinS: 10,
      holdoverUs: 4000,
      healS: 3,
      glitches: 20,
    },
    script: (director) => director.music(),
  },
  {
    name: 'asymmetric',
    about: 'The way to the coordinator takes 3 ms longer than the way back, for one speaker.',
    seconds: 80,
    home: { speakers: 3 },
    limits: { spreadUs: 1700, spreadRmsUs: 1700, errorUs: 1700, withinS: 5 },
    script(director) {
      const [first] = director.home.speakers;
      if (first) director.faults.change([first], { ...WIRED, fixedUs: 3150 }, WIRED);
      director.music();
    },
  },
  {
    name: 'all-asymmetric',
    about:
      'It takes 3 ms longer for all: nobody can see it, so all are off together and the bound covers it.',
    seconds: 80,
    home: { speakers: 3 },
    limits: { errorUs: 1700, leastErrorUs: 1300, withinS: 5 },
    script(director) {
      director.faults.change(director.home.speakers, { ...WIRED, fixedUs: 3150 }, WIRED);
      director.music();
    },
  },
  {
    name: 'loss',
    about: 'Of each three packets one is lost.',
    seconds: 200,
    home: { path: { ...WIRED, lossRatio: 0.3 } },
    limits: { spreadUs: 150, spreadRmsUs: 50, errorUs: 150, withinS: 45, healS: 12, glitches: 20 },
    script(director) {
      director.music();
      for (const atS of [15, 20, 25]) director.at(atS, () => director.command({ kind: 'play' }));
    },
  },
  {
    name: 'partition',
    about:
      'One speaker is cut off for 40 s, then all of them: they play on, and are in place when it is over.',
    seconds: 240,
    home: {},
    limits: { withinS: 3, glitches: 2 },
    script(director) {
      const { home, faults } = director;
      director.music();
      director.at(40, () => faults.cut(home.speakers.slice(0, 1), 40));
      director.at(50, () => director.command({ kind: 'next' }));
      director.at(120, () => faults.cut(home.speakers, 40));
      director.at(200, () => faults.cut(home.speakers, 2.9));
    },
  },
  {
    name: 'one-way',
    about: 'Packets get through in one direction only, for a while.',
    seconds: 160,
    home: { speakers: 3 },
    limits: { withinS: 3, glitches: 4 },
    script(director) {
      const { home, faults } = director;
      director.music();
      director.at(30, () => faults.cut(home.speakers.slice(0, 2), 25, 'there'));
      director.at(40, () => director.command({ kind: 'seek', seconds: 30, relative: false }));
      director.at(90, () => faults.cut(home.speakers.slice(1), 25, 'back'));
      director.at(100, () => director.command({ kind: 'next' }));
    },
  },
];
