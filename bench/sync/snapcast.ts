import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTrack } from '../measure/reference.ts';
import type { WavAudio } from '../measure/wav.ts';
import { HUB_ADDRESS } from '../rig/network.ts';
import { expectAlive, type Play, sleep, trueNowUs, until } from './session.ts';

const SETTLE_MS = 4000;

/** Debian's snapserver on the hub and a snapclient on each host, as they come, with a stream of PCM. */
export const playSnapcast: Play = async (rig, hosts, { track, seconds }, folder) => {
  const audio = await readTrack(track);
  const pipe = join(folder, 'snapcast.pipe');
  const config = join(folder, 'snapserver.conf');
  writeFileSync(config, serverConfig(folder, pipe, audio.rate));
  rig.spawnOnHub('snapserver', ['snapserver', '-c', config]);
  await until('snapserver makes its pipe', () => existsSync(pipe), 10_000);
  for (const [index, host] of hosts.entries()) {
    const args = ['-h', HUB_ADDRESS, '-s', 'jamdac', '--player', 'alsa', '--hostID', `bench-${index}`];
    rig.spawnOn(host, `snapclient-${host.plan.name}`, ['snapclient', ...args, '--logsink', 'stdout']);
  }
  const log = join(folder, 'snapserver.log');
  const connected = (): boolean =>
    (readFileSync(log, 'utf8').match(/Hello from/g) ?? []).length >= hosts.length;
  await until('all snapclients are with snapserver', connected, 20_000);
  await sleep(SETTLE_MS);
  const stream = createWriteStream(pipe);
  // The pipe may be cut while it is full: the run is over then.
  stream.on('error', () => undefined);
  const usedBefore = rig.usage();
  const commandTrueUs = trueNowUs();
  const endMs = performance.now() + seconds * 1000;
  const pcm = interleaved16(audio);
  while (performance.now() < endMs) {
    for (let at = 0; at < pcm.length && performance.now() < endMs; at += 65_536) {
      if (!stream.write(pcm.subarray(at, at + 65_536))) {
        await Promise.race([once(stream, 'drain'), sleep(Math.max(0, endMs - performance.now()))]);
      }
    }
  }
  stream.destroy();
  expectAlive(rig, folder);
  return { commandTrueUs, usedBefore, looks: [] };
};

function serverConfig(folder: string, pipe: string, rate: number): string {
  return `[server]
datadir = ${folder}
[http]
enabled = false
[tcp]
enabled = false
[stream]
bind_to_address = ${HUB_ADDRESS}
source = pipe://${pipe}?name=bench&mode=create&codec=pcm&sampleformat=${rate}:16:2
[logging]
sink = stdout
`;
}

/** Two channels of 16 bits, little endian. */
function interleaved16({ channels }: WavAudio): Buffer {
  const left = channels[0] ?? new Float32Array(0);
  const right = channels[1] ?? left;
  const pcm = Buffer.alloc(left.length * 4);
  for (let i = 0; i < left.length; i++) {
    pcm.writeInt16LE(to16(left[i] as number), i * 4);
    pcm.writeInt16LE(to16(right[i] as number), i * 4 + 2);
  }
  return pcm;
}

function to16(sample: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_767)));
}
