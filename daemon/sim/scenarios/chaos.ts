import type { Faults } from '../faults.ts';
import { WIFI, WIRED } from '../path.ts';
import type { Director, Scenario } from '../scenario.ts';
import type { SimulatedSpeaker } from '../speaker.ts';
import { anything } from './music.ts';

/** Time at the end in which nothing more happens, so that all has to be well again. */
const CALM_S = 45;
const LIMITS = {
  spreadUs: 400,
  spreadRmsUs: 250,
  errorUs: 400,
  withinS: 15,
  healS: 3,
  holdoverUs: 1500,
  glitches: Number.POSITIVE_INFINITY,
};

/** Everything at once. */
export const chaosScenarios: readonly Scenario[] = [
  {
    name: 'chaos',
    about: 'Two minutes of faults and commands as the seed has them.',
    seconds: 165,
    home: { speakers: 3, path: WIRED, idleCloseS: 8 },
    limits: LIMITS,
    script: (director) => chaos(director, 12),
  },
  {
    name: 'wifi-chaos',
    about: 'The same on a Wi-Fi.',
    seconds: 165,
    home: { speakers: 3, path: WIFI },
    limits: { ...LIMITS, spreadUs: 700, errorUs: 700 },
    script: (director) => chaos(director, 12),
  },
  {
    name: 'hour',
    about: 'An hour in which everything happens.',
    seconds: 3600,
    home: { speakers: 4, path: WIFI },
    limits: { ...LIMITS, spreadUs: 700, errorUs: 700 },
    script: (director) => chaos(director, 20),
  },
];

/** @param everyS mean time from one fault to the next */
function chaos(director: Director, everyS: number): void {
  const { random } = director;
  const untilS = director.seconds - CALM_S;
  for (const speaker of director.home.speakers) {
    placeSomewhere(director, speaker);
    if (random() < 0.5) putBehindAmplifier(director, speaker);
  }
  director.music(4);
  for (let atS = 8; atS < untilS; atS += random() * 6) director.at(atS, () => anything(director));
  for (let atS = 12; atS < untilS - 30; atS += random() * 2 * everyS)
    director.at(atS, () => breakSomething(director));
  director.at(untilS, () => director.command({ kind: 'setMuted', muted: false }));
  director.at(untilS + 0.5, () => director.command({ kind: 'add', tracks: [...director.home.tracks] }));
  director.at(untilS + 1, () => director.command({ kind: 'play', position: 1 }));
}

/** Some speakers are further away than others, not as far in both directions, and lose packets now and then. */
function placeSomewhere({ random, home, faults }: Director, speaker: SimulatedSpeaker): void {
  if (random() < 0.5) return;
  const { path } = home.model;
  const lossRatio = random() < 0.5 ? path.lossRatio : random() * 0.02;
  const there = { ...path, lossRatio, fixedUs: path.fixedUs + random() * 200 };
  const back = { ...path, lossRatio, fixedUs: path.fixedUs + random() * 200 };
  faults.change([speaker], there, back);
}

function putBehindAmplifier({ random, faults, at, ask }: Director, speaker: SimulatedSpeaker): void {
  const ms = Math.round(random() * 120);
  at(3, () => {
    faults.delay(speaker, ms);
    ask({ kind: 'setSpeakerDelay', name: speaker.name, delayUs: ms * 1000 });
  });
}

function breakSomething(director: Director): void {
  const { random, home, faults } = director;
  const speaker = home.speakers[Math.floor(random() * home.speakers.length)];
  if (!speaker) return;
  const some = home.speakers.filter(() => random() < 0.5);
  const faultsOfAll: ((faults: Faults, speaker: SimulatedSpeaker) => void)[] = [
    () => faults.cut([speaker], 0.2 + random() * 20),
    () => faults.cut(some, random() * 10, random() < 0.5 ? 'there' : 'back'),
    () => faults.cut(home.speakers, random() * 10),
    () => faults.killSpeaker(speaker, random() * 5),
    () => faults.suspendSpeaker(speaker, random() * 20),
    () => faults.suspendCoordinator(random() * 10),
    () => faults.stepSpeakerClock(speaker, random() ** 4 * 5000),
    () => faults.stepCoordinatorClock(random() ** 4 * 5000),
    () => killRoom(director),
    () => crashRoom(director),
    () => faults.killCoordinator(random() * 10),
    () => faults.rebootCoordinator(2 + random() * 10),
    () => faults.fillDisk(random() * 15),
    () => faults.stall(speaker, random() * 800),
    () => faults.unplug(speaker, random() * 5),
    () => faults.slowMedia(random() < 0.3 ? 0 : random(), random() * 20),
  ];
  faultsOfAll[Math.floor(random() * faultsOfAll.length)]?.(faults, speaker);
}

function killRoom({ mainRoom, faults }: Director): void {
  const room = mainRoom();
  if (room) faults.killRoom(room);
}

function crashRoom({ mainRoom, faults, random }: Director): void {
  const room = mainRoom();
  if (room) faults.crashAtSave(room, random() < 0.5 ? 'before' : 'after');
}
