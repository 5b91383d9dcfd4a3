import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { sha256 } from '../../coordinator/media-store.fixture.ts';
import { mediaPort } from '../../coordinator/ports.ts';
import { fixtureBytes } from '../../media/fixtures/list.ts';
import { Household } from '../household.ts';
import { residentMb } from './resident.ts';

// Names and tags that are meant for something else than being read.

const MP3 = Buffer.from(fixtureBytes('album-1.mp3'));
const BIG = 10 * 1024 * 1024;
const OUTSIDE = `jam-outside-${process.pid}`;
const NAMES = [
  `../../../${OUTSIDE}`,
  `..\\..\\${OUTSIDE}`,
  'a\0b',
  '/etc/passwd',
  '\x1b]0;owned\x07song.mp3',
  `${'n'.repeat(5000)}.mp3`,
];
/** Sets a terminal's title, clears it, and moves back: as C0 and as C1 controls. */
const ESCAPES = '\x1b]0;owned\x07\x1b[2J\u009b31mred\r\x08';
const CONTROLS = /[^\P{C}\n]/u;
/** What a coordinator needs to take a track of any size. */
const GROWTH_MB = 60;

const home = new Household();
process.on('exit', () => home.killAll());
test.before(() => home.start());
test.after.always(() => home.stop());

/** An ID3v2.4 tag of one frame. */
function id3(frame: string, body: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from('ID3\x04\0\0', 'latin1'),
    syncsafe(body.length + 10),
    Buffer.from(frame),
    syncsafe(body.length),
    Buffer.alloc(2),
    body,
  ]);
}

function syncsafe(size: number): Buffer {
  return Buffer.from([21, 14, 7, 0].map((shift) => (size >> shift) & 0x7f));
}

/** A text frame's body, UTF-8. */
const utf8 = (text: string) => Buffer.concat([Buffer.of(3), Buffer.from(text)]);

async function upload(bytes: Buffer, name: string): Promise<{ status: number; title: string }> {
  const hash = sha256(bytes);
  const reply = await home.askLobby({ kind: 'getMediaToken', hash, upload: true });
  if (reply.kind !== 'mediaToken') throw new Error(`no token but ${reply.kind}`);
  const url = `http://127.0.0.1:${mediaPort(home.port)}/tracks/${hash}?name=${encodeURIComponent(name)}`;
  const headers = { authorization: `Bearer ${reply.token}` };
  const answer = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes), headers });
  const { title = '' } = (await answer.json()) as { title?: string };
  return { status: answer.status, title };
}

function resident(): number {
  return residentMb([home.coordinator.pid ?? 0]);
}

test.serial('a file name is a title, not a path, and has no control characters', async (t) => {
  const before = readdirSync(home.directory).toSorted();
  for (const [i, name] of NAMES.entries()) {
    const { status, title } = await upload(Buffer.concat([MP3, Buffer.alloc(i + 1)]), name);
    t.is(status, 200, JSON.stringify(name));
    t.notRegex(title, CONTROLS);
    t.true(title.length > 0 && title.length <= 200, `a title of ${title.length} characters`);
  }
  t.deepEqual(readdirSync(home.directory).toSorted(), before);
  for (const up of ['.', '..', '../..']) t.false(existsSync(join(home.directory, up, OUTSIDE)));
});

test.serial('escapes in tags reach no terminal and no log', async (t) => {
  const path = join(home.directory, 'escapes.mp3');
  writeFileSync(path, Buffer.concat([id3('TIT2', utf8(`title${ESCAPES}`)), MP3]));
  const outputs = [await home.do('add', path)];
  for (const what of ['queue', 'status', 'history']) outputs.push(await home.do(what));
  for (const output of outputs) t.notRegex(output, CONTROLS);
  t.regex(outputs[1] ?? '', /title.*red/);
  t.notRegex(home.coordinator.log, CONTROLS);
});

test.serial(
  'escapes in what a client says of itself or of a track reach no terminal and no log',
  async (t) => {
    const hash = sha256(MP3);
    await upload(MP3, 'album.mp3');
    const track = { hash, bytes: 1, codec: 'MP3', sampleRate: 44_100, channels: 2, frames: 1 } as const;
    const names = { title: ESCAPES, artist: ESCAPES, album: ESCAPES };
    await home.ask({ kind: 'add', tracks: [{ ...track, ...names }] });
    const speaker = { speakerId: 'id', name: 'odd', version: ESCAPES, device: ESCAPES };
    t.is((await home.askLobby({ kind: 'hello', ...speaker })).kind, 'assignment');
    for (const what of ['queue', 'speakers', 'rooms'])
      t.notRegex(await home.do(what), CONTROLS, `jamctl ${what}`);
    t.notRegex(home.coordinator.log, CONTROLS);
  },
);

test.serial(
  'names of rooms, people and speakers with control characters, or too long, are refused',
  async (t) => {
    for (const name of ['a\0b', ESCAPES, 'n'.repeat(65), ' ', '']) {
      const answers = await Promise.all([
        home.askLobby({ kind: 'createRoom', name }),
        home.askLobby({ kind: 'addUser', name, password: 'an old house', role: 'GUEST' }),
        home.askLobby({ kind: 'hello', speakerId: 'x', name, version: '1', device: '' }),
      ]);
      for (const answer of answers) t.is(answer.kind === 'failure' && answer.code, 'BAD_REQUEST');
    }
  },
);

test.serial('a room named like a path is a room, and its file lies with the others', async (t) => {
  const before = readdirSync(home.directory).toSorted();
  await home.do('room', 'create', '../../x');
  t.regex(await home.do('rooms'), /\.\.\/\.\.\/x/);
  t.deepEqual(readdirSync(home.directory).toSorted(), before);
});

for (const [what, tag] of [
  ['a title', id3('TIT2', utf8('t'.repeat(BIG)))],
  ['a cover', id3('APIC', Buffer.alloc(BIG, 1))],
  ['an unknown frame', id3('XXXX', Buffer.alloc(BIG, 0xff))],
] as const) {
  test.serial(`${what} of 10 MB takes no memory, and the title is short`, async (t) => {
    const before = resident();
    const { status, title } = await upload(Buffer.concat([tag, MP3]), 'big.mp3');
    t.is(status, 200);
    t.true(title.length > 0 && title.length <= 200, `a title of ${title.length} characters`);
    const grown = resident() - before;
    t.true(grown < GROWTH_MB, `the coordinator has grown by ${grown} MB`);
  });
}
