import type { Director, Scenario } from '../scenario.ts';
import type { SimulatedSpeaker } from '../speaker.ts';

/** People and their music. */
export const musicScenarios: readonly Scenario[] = [
  {
    name: 'default',
    about: 'Four speakers on a quiet wired network play a queue.',
    seconds: 120,
    home: {},
    limits: { spreadUs: 50, errorUs: 50, spreadRmsUs: 15 },
    script: (director) => director.music(),
  },
  {
    name: 'late-join',
    about: 'A speaker joins in the middle of a track, and one starts again.',
    seconds: 120,
    home: {},
    limits: { withinS: 3 },
    script(director) {
      const { home, faults } = director;
      const [first, second] = home.speakers;
      director.at(1.5, () => first?.kill());
      director.music();
      director.at(40, () => first?.start());
      director.at(80, () => second && faults.killSpeaker(second, 3));
    },
  },
  {
    name: 'storm',
    about: 'Seeks, skips, pauses and volumes, several a second, for two minutes.',
    seconds: 180,
    home: { speakers: 3 },
    limits: { glitches: 400 },
    script(director) {
      director.music(4);
      for (let atS = 10; atS < 130; atS += 0.05 + director.random() * 0.6)
        director.at(atS, () => anything(director));
      director.at(135, () => director.command({ kind: 'play', position: 1 }));
    },
  },
  {
    name: 'rooms',
    about: 'Two rooms with music of their own; speakers move from one to the other.',
    seconds: 180,
    home: {},
    limits: { withinS: 4, glitches: 4 },
    script(director) {
      const { home } = director;
      director.music();
      director.at(8, () => director.ask({ kind: 'createRoom', name: 'garden' }));
      director.at(10, () => director.command({ kind: 'add', tracks: home.tracks.toReversed() }, 'garden'));
      director.at(12, () => director.ask({ kind: 'moveSpeaker', name: 'speaker-2', room: 'garden' }));
      director.at(14, () => director.command({ kind: 'play' }, 'garden'));
      director.at(40, () => director.ask({ kind: 'moveSpeaker', name: 'speaker-3', room: 'garden' }));
      director.at(80, () => director.ask({ kind: 'moveSpeaker', name: 'speaker-2', room: 'main' }));
      director.at(130, () => director.ask({ kind: 'deleteRoom', name: 'garden' }));
    },
  },
  {
    name: 'delays',
    about:
      'Amplifiers behind the DACs delay by up to 90 ms, of which the coordinator is told; one is replaced.',
    seconds: 120,
    home: {},
    limits: { spreadUs: 50, errorUs: 50, spreadRmsUs: 15, glitches: 1 },
    script(director) {
      const { home, faults } = director;
      const set = (speaker: SimulatedSpeaker, ms: number) => {
        faults.delay(speaker, ms);
        director.ask({ kind: 'setSpeakerDelay', name: speaker.name, delayUs: ms * 1000 });
      };
      for (const [i, speaker] of home.speakers.entries()) director.at(3, () => set(speaker, 30 * i));
      director.music();
      const [, second] = home.speakers;
      director.at(60, () => second && set(second, 60));
    },
  },
  {
    name: 'slow-fetch',
    about: 'Tracks come hardly faster than they play, then not at all for half a minute.',
    seconds: 200,
    home: { speakers: 3, bytesPerS: 60_000 },
    limits: { withinS: 6, healS: 8, glitches: 30 },
    script(director) {
      director.music();
      director.at(60, () => director.command({ kind: 'seek', seconds: 70, relative: false }));
      director.at(100, () => director.faults.slowMedia(0, 30));
      director.at(150, () => director.command({ kind: 'next' }));
    },
  },
  {
    name: 'overnight',
    about: 'A pause of eight hours in the middle of a track.',
    seconds: 8 * 3600,
    home: { speakers: 2 },
    limits: {},
    script(director) {
      director.music();
      director.at(60, () => director.command({ kind: 'pause' }));
      director.at(director.seconds - 60, () => director.command({ kind: 'play' }));
    },
  },
  {
    name: 'day',
    about: '24 hours in which nothing happens: two speakers play.',
    seconds: 24 * 3600,
    home: { speakers: 2, trackSeconds: 120 },
    limits: {},
    script: (director) => director.music(Math.ceil(director.seconds / 120 / 8)),
  },
];

/** Some command that a person may give. */
export function anything(director: Director): void {
  const { random, home } = director;
  const position = 1 + Math.floor(random() * home.tracks.length);
  const [track] = home.tracks.slice(position - 1);
  const commands: (() => Parameters<Director['command']>[0])[] = [
    () => ({ kind: 'play' }),
    () => ({ kind: 'play', position }),
    () => ({ kind: 'pause' }),
    () => ({ kind: 'toggle' }),
    () => ({ kind: 'next' }),
    () => ({ kind: 'next' }),
    () => ({ kind: 'prev' }),
    () => ({ kind: 'stop' }),
    () => ({ kind: 'seek', seconds: random() * home.model.trackSeconds, relative: false }),
    () => ({ kind: 'seek', seconds: random() * 40 - 20, relative: true }),
    () => ({ kind: 'setVolume', volume: Math.round(20 + random() * 80) }),
    () => ({ kind: 'setMuted', muted: random() < 0.3 }),
    () => ({ kind: 'move', from: position, to: 1 }),
    () => ({ kind: 'remove', positions: [position] }),
    () => ({ kind: 'add', tracks: track ? [track] : [] }),
    () => ({ kind: 'add', tracks: [...home.tracks] }),
  ];
  const make = commands[Math.floor(random() * commands.length)];
  if (make) director.command(make());
}
