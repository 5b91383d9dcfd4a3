import type { Scenario } from '../scenario.ts';

/** Clocks and devices that misbehave. */
export const clockScenarios: readonly Scenario[] = [
  {
    name: 'speaker-step',
    about: "A speaker's clock is set ahead by 20 ms, then by 3 s.",
    seconds: 150,
    home: { speakers: 3 },
    limits: { withinS: 8, glitches: 6 },
    script(director) {
      const [first, second] = director.home.speakers;
      director.music();
      director.at(40, () => first && director.faults.stepSpeakerClock(first, 20));
      director.at(90, () => second && director.faults.stepSpeakerClock(second, 3000));
    },
  },
  {
    name: 'coordinator-step',
    about: "The coordinator's clock is set ahead by 20 ms, then by 3 s.",
    seconds: 150,
    home: { speakers: 3 },
    limits: { withinS: 8, glitches: 16 },
    script(director) {
      director.music();
      director.at(40, () => director.faults.stepCoordinatorClock(20));
      director.at(90, () => director.faults.stepCoordinatorClock(3000));
    },
  },
  {
    name: 'suspend',
    about: 'A speaker sleeps for 30 s, then the coordinator does; their clocks stand still meanwhile.',
    seconds: 240,
    home: { speakers: 3 },
    limits: { withinS: 10, glitches: 20 },
    script(director) {
      const [first] = director.home.speakers;
      director.music();
      director.at(40, () => first && director.faults.suspendSpeaker(first, 30));
      director.at(140, () => director.faults.suspendCoordinator(30));
    },
  },
  {
    name: 'wander',
    about: 'Crystals 100 ppm off that stray by 3 ppm.',
    seconds: 160,
    home: { clockPpm: 100, clockWanderPpm: 3, dacPpm: 100, dacWanderPpm: 3 },
    limits: { spreadUs: 120, errorUs: 120, spreadRmsUs: 60, holdoverUs: 500 },
    script: (director) => director.music(),
  },
  {
    name: 'coarse',
    about: 'Devices that report their position in steps of 1 ms and 10 ms.',
    seconds: 120,
    home: { reportStepsUs: [21, 1000, 10_000, 1000] },
    limits: { spreadUs: 600, errorUs: 600, spreadRmsUs: 120 },
    script: (director) => director.music(),
  },
  {
    name: 'xruns',
    about: 'Playout threads that stand still until their devices run dry, and devices that are pulled out.',
    seconds: 200,
    home: {},
    limits: { withinS: 4, glitches: 40 },
    script(director) {
      const { home, faults, random } = director;
      director.music();
      for (const [i, speaker] of home.speakers.entries()) {
        for (let atS = 20 + 5 * i; atS < 150; atS += 25)
          director.at(atS, () => faults.stall(speaker, 200 + 300 * random()));
      }
      const [first] = home.speakers;
      director.at(165, () => first && faults.unplug(first, 5));
    },
  },
];
