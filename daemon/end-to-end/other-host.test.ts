import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import * as v from 'valibot';
import { readReference } from '../../bench/measure/reference.ts';
import { measureRoom } from '../../bench/measure/spread.ts';
import { plainDac } from '../../bench/rig/dac.ts';
import { readHeard } from '../../bench/rig/heard.ts';
import { HUB_ADDRESS } from '../../bench/rig/network.ts';
import { type Host, type HostPlan, Rig } from '../../bench/rig/rig.ts';
import { needTools } from '../../bench/rig/tools.ts';
import { wavFile } from '../coordinator/media-store.fixture.ts';

// A lobby and, each in a network namespace and on a clock of its own, a host that runs a room, and two speakers.

const HOSTS: readonly HostPlan[] = [
  { name: 'loft', clockOffsetS: 700, clockPpm: 0, dac: plainDac },
  { name: 'kitchen', clockOffsetS: 1500, clockPpm: 0, dac: { ...plainDac, ppm: -35 } },
  { name: 'study', clockOffsetS: 300, clockPpm: 0, dac: { ...plainDac, ppm: 48 } },
];
const SPREAD_LIMIT_US = 150;
const PLAYED_MS = 1500;
// To find a place in a long track takes long; several of these carry a busy machine through.
const TRACK_S = 12;
const TRACKS = 5;
const STEP_US = 250_000;
// A jamctl takes half a second of a processor that the others need to start.
const POLL_MS = 400;

const statusSchema = v.object({
  state: v.string(),
  speakers: v.array(
    v.object({
      name: v.string(),
      clock: v.nullable(v.object({ state: v.string(), offsetUs: v.number() })),
      playout: v.nullable(v.object({ state: v.string() })),
    }),
  ),
});
type Status = v.InferOutput<typeof statusSchema>;

test.serial(
  "a room on another host plays in sync, on that host's clock; so does main when they come back",
  async (t) => {
    if (process.getuid?.() !== 0) {
      t.log('not run: network namespaces take root');
      return t.pass();
    }
    needTools(false);
    t.timeout(60_000);
    const folder = mkdtempSync(join(tmpdir(), 'jam-other-host-'));
    const rig = new Rig(folder, 'wired', 1);
    try {
      const hosts = await rig.start(HOSTS);
      const noise = join(folder, 'noise.wav');
      writeFileSync(noise, wavFile(TRACK_S));
      const tracks = Array.from({ length: TRACKS }, () => noise);
      startPrograms(rig, hosts, folder);
      const jamctl = controller(rig);
      await until('all are here', () => areHere(jamctl));
      await jamctl('room', 'create', 'attic', '--host', 'loft');
      await Promise.all([
        move(jamctl, 'attic'),
        jamctl('--room', 'attic', 'add', ...tracks),
        jamctl('add', ...tracks),
      ]);
      await Promise.all([jamctl('play'), jamctl('--room', 'attic', 'play')]);
      const attic = await listen(jamctl, 'attic');
      await move(jamctl, 'main');
      const main = await listen(jamctl, 'main');
      await rig.stop();

      t.deepEqual(
        offsetsS(attic.status),
        { kitchen: 700 - 1500, study: 700 - 300 },
        'to the clock of the loft',
      );
      t.deepEqual(offsetsS(main.status), { kitchen: -1500, study: -300 }, "to the lobby's clock");
      const recordings = await Promise.all(
        hosts.slice(1).map(async ({ plan, recordPath }) => {
          const recording = await readHeard(recordPath);
          if (!recording) throw new Error(`${plan.name} has played nothing`);
          return { name: plan.name, recording };
        }),
      );
      const references = [await readReference(noise)];
      for (const [room, { fromUs, toUs }] of Object.entries({ attic, main })) {
        const { spread, spreadUs } = measureRoom(recordings, references, { fromUs, toUs }, STEP_US);
        t.true(spreadUs.filter((us) => us !== null).length >= 4, `${room} was heard on both for a second`);
        t.true(spread.p99 <= SPREAD_LIMIT_US, `${room}: the spread's p99 is ${spread.p99} µs`);
        t.log(`${room}: spread p50 ${spread.p50.toFixed(1)}, p99 ${spread.p99.toFixed(1)} µs`);
      }
    } finally {
      await rig.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

type Jamctl = (...args: string[]) => Promise<unknown>;

function startPrograms(rig: Rig, hosts: readonly Host[], folder: string): void {
  const coordinator = ['--name', 'home', '--listen', HUB_ADDRESS, '--data-dir', join(folder, 'lobby')];
  rig.spawnOnHub('coordinator', [...program('jam-coordinator'), ...coordinator]);
  for (const host of hosts) {
    const { name } = host.plan;
    const roomHost = ['--role', 'rooms', '--lobby', HUB_ADDRESS, '--data-dir', join(host.folder, 'data')];
    const speaker = ['--coordinator', HUB_ADDRESS, '--device', 'jamdac', '--cache-dir', host.folder];
    const command =
      name === 'loft'
        ? [...program('jam-coordinator'), '--name', name, ...roomHost]
        : [...program('jam-speaker'), '--name', name, ...speaker];
    rig.spawnOn(host, name, command);
  }
}

function controller(rig: Rig): Jamctl {
  return async (...args) => {
    const jamctl = [...program('jamctl'), '--coordinator', HUB_ADDRESS, '--json', ...args];
    const [file, ...rest] = rig.commandOnHub(jamctl);
    const { stdout } = await promisify(execFile)(file, rest);
    return stdout.trim() === '' ? undefined : JSON.parse(stdout);
  };
}

function program(name: string): string[] {
  return [process.execPath, fileURLToPath(new URL(`../../deploy/bin/${name}.js`, import.meta.url))];
}

const online = v.array(v.object({ online: v.boolean(), pending: v.boolean() }));

async function areHere(jamctl: Jamctl): Promise<true | undefined> {
  const [told, shown] = await Promise.all([jamctl('speakers'), jamctl('hosts')]);
  const { speakers } = v.parse(v.object({ speakers: online }), told);
  const { hosts } = v.parse(v.object({ hosts: online }), shown);
  const here = [...speakers, ...hosts].filter((one) => one.online && !one.pending);
  return here.length === HOSTS.length ? true : undefined;
}

const move = (jamctl: Jamctl, room: string) =>
  Promise.all(['kitchen', 'study'].map((name) => jamctl('speaker', 'move', name, room)));

/** Waits until both sound, and for a while. @returns the status then, and from when to when, µs of true time */
async function listen(
  jamctl: Jamctl,
  room: string,
): Promise<{ status: Status; fromUs: number; toUs: number }> {
  const status = await until(`${room} sounds`, async () => {
    const now = v.parse(statusSchema, await jamctl('--room', room, 'status'));
    const sounding = now.speakers.filter(({ playout }) => playout?.state === 'sounding').length;
    return sounding === 2 ? now : undefined;
  });
  const fromUs = trueNowUs();
  await sleep(PLAYED_MS);
  return { status, fromUs, toUs: trueNowUs() };
}

/** Each speaker's clock against its room's, whole seconds. */
function offsetsS({ speakers }: Status): Record<string, number> {
  return Object.fromEntries(
    speakers.map(({ name, clock }) => [name, Math.round((clock?.offsetUs ?? Number.NaN) / 1e6)]),
  );
}

const trueNowUs = (): number => (performance.timeOrigin + performance.now()) * 1000;

async function until<T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> {
  const untilMs = performance.now() + 20_000;
  let last: unknown;
  while (performance.now() < untilMs) {
    const result = await attempt().catch((error: unknown) => {
      last = error;
      return undefined;
    });
    if (result !== undefined) return result;
    await sleep(POLL_MS);
  }
  throw new Error(`waited 20 s until ${what}`, { cause: last });
}
