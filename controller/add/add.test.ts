import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import type { Track } from '../../protos/index.ts';
import { jamctl, TestLobby } from '../testing/lobby.ts';
import { track } from '../testing/samples.ts';

/** A media server on a real socket: what is uploaded, by name, in order; names it refuses are told. */
async function startMediaServer(
  refused: Record<string, { status: number; code: string; message: string }> = {},
) {
  const held = new Map<string, Track>();
  const uploads: { name: string; bytes: Buffer }[] = [];
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://server');
    const hash = url.pathname.split('/')[2] ?? '';
    if (request.method === 'PUT') return receive(request, response, hash, url.searchParams.get('name') ?? '');
    const found = held.get(hash);
    response.writeHead(found ? 200 : 404).end(found && JSON.stringify(found));
  }

  async function receive(request: IncomingMessage, response: ServerResponse, hash: string, name: string) {
    const refusal = refused[name];
    if (refusal) {
      response.writeHead(refusal.status).end(JSON.stringify(refusal));
      return void request.resume();
    }
    const bytes = Buffer.concat(await request.toArray());
    const added = { ...track, hash, bytes: bytes.length, title: name };
    if (createHash('sha256').update(bytes).digest('hex') === hash) held.set(hash, added);
    uploads.push({ name, bytes });
    response.writeHead(200).end(JSON.stringify(added));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { port, uploads, names: () => uploads.map(({ name }) => name), stop: () => server.close() };
}

type MediaServer = Awaited<ReturnType<typeof startMediaServer>>;

async function withServers(
  media: MediaServer,
  work: (port: number, lobby: TestLobby) => Promise<void>,
): Promise<void> {
  const lobby = new TestLobby((body) =>
    body.kind === 'getInfo'
      ? {
          kind: 'info',
          name: 'n',
          version: '1',
          mediaPort: media.port,
          clockPort: 1,
          clockId: 'c',
          security: 'curve',
        }
      : { kind: 'room', body: { kind: 'done', note: 'added' } },
  );
  await lobby.start();
  try {
    await work(lobby.port, lobby);
  } finally {
    lobby.stop();
    media.stop();
  }
}

async function files(...names: string[]): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'jam-add-'));
  for (const name of names) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), `bytes of ${name}`);
  }
  return dir;
}

const titles = (lobby: TestLobby): string[][] =>
  lobby.asked.flatMap((body) =>
    body.kind === 'callRoom' && body.command.body.kind === 'add'
      ? [body.command.body.tracks.map(({ title }) => title)]
      : [],
  );

test('of a directory the .mp3 and .wav files are added in name order, at once', async (t) => {
  const dir = await files('10 b.mp3', '2 a.MP3', 'cover.jpg', '._2 a.mp3', 'disc 2/1.wav', 'disc 10/1 x.mp3');
  const media = await startMediaServer();
  await withServers(media, async (port, lobby) => {
    t.deepEqual(await jamctl(port, 'add', dir), { code: 0, out: 'added\n', err: '' });
    t.deepEqual(titles(lobby), [['2 a.MP3', '10 b.mp3', '1.wav', '1 x.mp3']]);
    t.is(media.uploads[0]?.bytes.toString(), 'bytes of 2 a.MP3');
  });
});

test('a file that is named is tried whatever its name, in the order given', async (t) => {
  const dir = await files('b.bin', 'a ü?&#.mp3');
  const media = await startMediaServer();
  await withServers(media, async (port, lobby) => {
    t.is((await jamctl(port, 'add', join(dir, 'b.bin'), join(dir, 'a ü?&#.mp3'))).code, 0);
    t.deepEqual(titles(lobby), [['b.bin', 'a ü?&#.mp3']]);
  });
});

test('what the server holds is not sent again, and is added again', async (t) => {
  const dir = await files('a.mp3');
  const media = await startMediaServer();
  await withServers(media, async (port, lobby) => {
    t.is((await jamctl(port, 'add', dir)).code, 0);
    t.is((await jamctl(port, 'add', dir, dir)).code, 0);
    t.deepEqual(media.names(), ['a.mp3']);
    t.deepEqual(titles(lobby), [['a.mp3'], ['a.mp3', 'a.mp3']]);
  });
});

test('what fails is told with its reason, the rest is added, and the exit code says so', async (t) => {
  const dir = await files('a.mp3', 'bad.mp3', 'c.mp3', 'empty.mp3');
  await writeFile(join(dir, 'empty.mp3'), '');
  const media = await startMediaServer({
    'bad.mp3': { status: 422, code: 'BAD_MEDIA', message: 'bad.mp3 is no MP3' },
  });
  await withServers(media, async (port, lobby) => {
    const outcome = await jamctl(port, 'add', dir, join(dir, 'none.mp3'));
    t.is(outcome.code, 9);
    t.deepEqual(titles(lobby), [['a.mp3', 'c.mp3']]);
    t.deepEqual(outcome.err.trimEnd().split('\n'), [
      'bad.mp3 is no MP3',
      `${dir}/empty.mp3 is empty`,
      `there is no ${dir}/none.mp3`,
    ]);
    const document = JSON.parse((await jamctl(port, '--json', 'add', dir)).out);
    t.deepEqual(
      document.added.map((one: { track: Track }) => one.track.title),
      ['a.mp3', 'c.mp3'],
    );
    t.deepEqual(document.failed[0], {
      file: `${dir}/bad.mp3`,
      error: { code: 'BAD_MEDIA', message: 'bad.mp3 is no MP3' },
    });
  });
});

test('when nothing can be added the room is not asked, and the first reason decides', async (t) => {
  const dir = await files('full.mp3', 'cover.jpg');
  const media = await startMediaServer({
    'full.mp3': { status: 507, code: 'STORAGE', message: "the coordinator's disk is full" },
  });
  await withServers(media, async (port, lobby) => {
    const full = await jamctl(port, 'add', join(dir, 'full.mp3'));
    t.is(full.code, 6);
    t.is(full.err, `${dir}/full.mp3: the coordinator's disk is full\n`);
    const sub = join(dir, 'sub');
    await mkdir(sub);
    t.deepEqual(await jamctl(port, 'add', sub), {
      code: 3,
      out: '',
      err: `${sub} holds no .mp3 or .wav file\n`,
    });
    t.deepEqual(titles(lobby), []);
  });
});

test('links are followed, and one that leads back up is left out', async (t) => {
  const dir = await files('a/1.mp3', 'b/2.mp3');
  await symlink(join(dir, 'a'), join(dir, 'a/up'));
  await symlink(join(dir, 'b'), join(dir, 'a/other'));
  await symlink(join(dir, 'nowhere'), join(dir, 'a/dead.mp3'));
  const media = await startMediaServer();
  await withServers(media, async (port, lobby) => {
    t.is((await jamctl(port, 'add', join(dir, 'a'))).code, 0);
    t.deepEqual(titles(lobby), [['1.mp3', '2.mp3']]);
  });
});

test('a media server that is not there is told with its port', async (t) => {
  const dir = await files('a.mp3');
  const media = await startMediaServer();
  media.stop();
  await withServers(media, async (port) => {
    const outcome = await jamctl(port, 'add', dir);
    t.is(outcome.code, 4);
    t.regex(outcome.err, new RegExp(`${media.port}`));
  });
});

test('a large file that is refused at once is told with the reason, not as a broken connection', async (t) => {
  const dir = await files();
  await writeFile(join(dir, 'large.mp3'), Buffer.alloc(30_000_000, 1));
  const media = await startMediaServer({
    'large.mp3': { status: 413, code: 'REFUSED', message: 'large.mp3 is too large' },
  });
  await withServers(media, async (port) => {
    t.deepEqual(await jamctl(port, 'add', dir), { code: 3, out: '', err: 'large.mp3 is too large\n' });
  });
});

if (process.getuid?.() !== 0) {
  test('a file that may not be read is told so', async (t) => {
    const dir = await files('a.mp3');
    await chmod(join(dir, 'a.mp3'), 0);
    const media = await startMediaServer();
    await withServers(media, async (port) => {
      const outcome = await jamctl(port, 'add', join(dir, 'a.mp3'));
      t.is(outcome.code, 3);
      t.regex(outcome.err, /a\.mp3 may not be read/);
    });
  });
}
