import type { Scenario } from '../scenario.ts';
import { anything } from './music.ts';

/** Programs that die, and disks that fail. */
export const crashScenarios: readonly Scenario[] = [
  {
    name: 'coordinator-restart',
    about: 'The coordinator dies and comes back after 10 s, its room dies alone, and at last its host boots.',
    seconds: 240,
    home: {},
    limits: { withinS: 4, glitches: 12 },
    script(director) {
      const { faults } = director;
      director.music();
      director.at(40, () => faults.killCoordinator(10));
      director.at(90, () => {
        const room = director.mainRoom();
        if (room) faults.killRoom(room);
      });
      director.at(140, () => faults.rebootCoordinator(20));
    },
  },
  {
    name: 'crash-loop',
    about: 'Rooms and coordinator die again and again, also while they save, under a stream of commands.',
    seconds: 240,
    home: { speakers: 2 },
    limits: { withinS: 5, glitches: 400 },
    script(director) {
      const { faults, random } = director;
      director.music(2);
      for (let atS = 8; atS < 200; atS += 0.2 + random() * 2) director.at(atS, () => anything(director));
      for (let atS = 12; atS < 200; atS += 4 + random() * 8) {
        const kind = random();
        director.at(atS, () => {
          const room = director.mainRoom();
          if (kind < 0.2) faults.killCoordinator(0.5 + random() * 3);
          else if (room && kind < 0.5) faults.killRoom(room);
          else if (room) faults.crashAtSave(room, kind < 0.75 ? 'before' : 'after');
        });
      }
      director.at(225, () => director.command({ kind: 'play', position: 1 }));
    },
  },
  {
    name: 'full-disk',
    about: "The coordinator's disk is full for a minute: commands are refused, the music goes on.",
    seconds: 180,
    home: { speakers: 2 },
    limits: {},
    script(director) {
      const { faults, home } = director;
      director.music();
      director.at(30, () => faults.fillDisk(60));
      director.at(40, () => director.command({ kind: 'next' }));
      director.at(50, () => director.command({ kind: 'add', tracks: [...home.tracks] }));
      director.at(100, () => director.command({ kind: 'next' }));
    },
  },
];
