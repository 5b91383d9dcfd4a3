import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { listDevices } from './device-list.ts';
import { jsonOf, tableOf } from './device-table.ts';
import { Prober } from './probe.ts';
import { procWithCards } from './proc.fixture.ts';
import { readSoundCards } from './sound-cards.ts';

// What the kernel says of cards is a fixture; what libasound says of their PCMs comes from libasound itself, which
// is configured to have plugins with the abilities of sound cards under the cards' names.
const folder = mkdtempSync(join(tmpdir(), 'jam-devices-'));
writeFileSync(
  join(folder, 'alsa.conf'),
  `</usr/share/alsa/alsa.conf>
  pcm.!plughw {
    @args [ CARD DEV ] @args.CARD { type string } @args.DEV { type integer default 0 }
    type plug slave.pcm { @func concat strings [ card- $CARD ] }
  }
  pcm.card-Headphones { type null hint { show off } }
  pcm.card-DAC { type plug slave { pcm null format S32_LE rate 96000 channels 2 } }
  pcm.card-Device { type plug slave { pcm null format S16_LE rate 48000 channels 2 } }
  pcm.!default { type plug slave { pcm null format S16_LE rate 44100 channels 2 } hint.description "Out" }
  pcm.both-rooms { type plug slave { pcm null format S32_LE rate 48000 channels 4 } hint.description "Multi" }
  pcm.broken { type nosuchtype hint.description "None" }
`,
);
process.env.ALSA_CONFIG_PATH = join(folder, 'alsa.conf');
const proc = procWithCards();
test.after.always(() => {
  rmSync(folder, { recursive: true });
  rmSync(proc, { recursive: true });
});

const busyDac = { names: () => [] as string[], probe: () => ({ state: 'busy' as const }) };

test('each card’s devices, the default and what the configuration adds are listed with what they take', (t) => {
  const prober = new Prober();
  const devices = listDevices(readSoundCards(proc), prober);
  const found = Object.fromEntries(devices.map((entry) => [entry.device, entry]));
  t.like(found['plughw:CARD=DAC'], {
    name: 'USB Audio DAC: USB Audio',
    probed: {
      state: 'free',
      abilities: { formats: ['S32_LE'], rates: [96_000], fewestChannels: 2, mostChannels: 2 },
    },
  });
  t.like(found['both-rooms'], { probed: { abilities: { rates: [48_000], mostChannels: 4 } } });
  t.like(found.default, { probed: { abilities: { formats: ['S16_LE'], rates: [44_100] } } });
  t.true('plughw:CARD=Device,DEV=1' in found);
  t.false('broken' in found, 'what can’t be opened and is no card is left out');
  t.false('null' in found);
});

test('people get a table', (t) => {
  const [header, ...rows] = tableOf(listDevices(readSoundCards(proc), new Prober()))
    .trimEnd()
    .split('\n');
  t.regex(header ?? '', /^DEVICE +NAME +STATE +FORMATS +RATES +CHANNELS$/);
  const dac = rows.find((row) => row.startsWith('plughw:CARD=DAC'));
  t.regex(dac ?? '', /^plughw:CARD=DAC +USB Audio DAC: USB Audio +free +S32_LE +96 +2$/);
});

test('a busy device is shown with who has it', (t) => {
  const table = tableOf(listDevices(readSoundCards(proc), busyDac));
  t.regex(table, /^plughw:CARD=DAC +.* busy: mpd$/m);
});

test('programs get JSON', (t) => {
  const { devices } = JSON.parse(jsonOf(listDevices(readSoundCards(proc), busyDac)));
  t.deepEqual(devices[2], {
    device: 'plughw:CARD=DAC',
    name: 'USB Audio DAC: USB Audio',
    state: 'busy',
    problem: null,
    holders: [{ pid: 812, program: 'mpd' }],
    formats: null,
    ratesHz: null,
    fewestChannels: null,
    mostChannels: null,
  });
});

test('where there is no sound device, that is said', (t) => {
  t.is(tableOf([]), 'There is no sound device.\n');
});
