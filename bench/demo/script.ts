import { setTimeout as sleep } from 'node:timers/promises';
import type { Household } from '../../daemon/end-to-end/household.ts';

/** The song that ships with the project. */
export const songFile = new URL('../song/jam-session.mp3', import.meta.url).pathname;

/** How far the speakers' crystals are off, in ppm. */
export const speakerPpm = { kitchen: -41, study: 12, bedroom: 57 } as const;
export const lateSpeaker = { name: 'bathroom', ppm: -23 } as const;

/** What happens in the demo: played, paused, sought, joined late, skipped and stopped, all by jamctl. */
export async function play(home: Household, say: (text: string) => void): Promise<void> {
  const act = async (text: string, forMs: number, ...args: string[]): Promise<void> => {
    say(`${text}   (jamctl ${args.join(' ')})`);
    const { exitCode, output } = await home.jamctl(...args);
    if (exitCode !== 0) throw new Error(`jamctl ${args.join(' ')} ended with ${exitCode}: ${output}`);
    await sleep(forMs);
  };
  await act('Adds a song', 0, 'add', songFile, songFile);
  await act('Plays it', 5000, 'play');
  await act('Pauses', 1000, 'pause');
  await act('Goes on', 2500, 'play');
  await act('Seeks to 0:20', 3000, 'seek', '0:20');
  say(`A fourth speaker, ${lateSpeaker.name}, joins late   (jam-speaker --name ${lateSpeaker.name})`);
  home.addSpeaker(lateSpeaker.name, { ppm: lateSpeaker.ppm });
  await sleep(4500);
  await act('Skips to the next track', 5000, 'next');
  await act('Stops', 500, 'stop');
}
