import { once } from 'node:events';
import { join } from 'node:path';
import { readTrack } from '../measure/reference.ts';
import { writeWav } from '../measure/wav.ts';
import { type Play, sleep, trueNowUs } from './session.ts';

/** A plain aplay on each host, which keeps no sync at all: what the bench checks itself against. */
export const playAplay: Play = async (rig, hosts, { track, seconds }, folder) => {
  const file = join(folder, 'track.wav');
  await writeWav(file, await readTrack(track));
  const usedBefore = rig.usage();
  const commandTrueUs = trueNowUs();
  const players = hosts.map((host) => {
    return rig.spawnOn(host, `aplay-${host.plan.name}`, ['aplay', '-q', '-D', 'plug:jamdac', file]);
  });
  await Promise.race([Promise.all(players.map((player) => once(player, 'exit'))), sleep(seconds * 1000)]);
  return { commandTrueUs, usedBefore, looks: [] };
};
