// Writes jam-session.mp3 beside this file; needs LAME. Run: node bench/song/make.ts
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compose } from './compose.ts';
import { coverPng } from './cover.ts';
import { wavFile } from './wav.ts';

const folder = mkdtempSync(join(tmpdir(), 'jam-song-'));
try {
  const wav = join(folder, 'song.wav');
  const cover = join(folder, 'cover.png');
  const song = compose();
  writeFileSync(wav, wavFile(song.rate, [song.left, song.right]));
  writeFileSync(cover, coverPng());
  const tags = [
    '--id3v2-only',
    '--tt',
    'Kitchen to Porch',
    '--ta',
    'Jam',
    '--tl',
    'Jam Session',
    '--ti',
    cover,
  ];
  const mp3 = fileURLToPath(new URL('jam-session.mp3', import.meta.url));
  execFileSync('lame', ['--quiet', '-V2', ...tags, wav, mp3], { stdio: 'inherit' });
} finally {
  rmSync(folder, { recursive: true });
}
