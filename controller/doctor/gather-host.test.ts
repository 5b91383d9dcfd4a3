import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { gatherHost } from './gather-host.ts';
import { daemonsIn, listenerOf } from './gather-processes.ts';

/** A file system with a few of a Pi's files. */
function rootWith(t: ExecutionContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'jam-doctor-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** A thread's line; the 40th and 41st fields are its priority and policy. */
const stat = (name: string, priority: number, policy: number): string =>
  `81 (${name}) S ${Array.from({ length: 36 }, () => 0).join(' ')} ${priority} ${policy} 0 0`;

test("a Pi's files are read as what they say", async (t) => {
  const root = rootWith(t, {
    'sys/devices/system/clocksource/clocksource0/current_clocksource': 'arch_sys_counter\n',
    'sys/class/net/wlan0/wireless/x': '',
    'sys/class/net/eth0/address': 'b8:27:eb:00:00:00\n',
    'proc/net/wireless': `Inter-| sta-|   Quality        |   Discarded packets
 face | tus | link level noise |  nwid  crypt
 wlan0: 0000   58.  -52.  -256        0      0
`,
    'proc/asound/cards': ' 0 [DAC            ]: USB-Audio - USB Audio DAC\n                      long\n',
    'proc/asound/card0/pcm0p/info': 'name: USB Audio\n',
    'proc/asound/card0/pcm0p/sub0/status': 'state: RUNNING\nowner_pid   : 82\n',
    'proc/82/status': 'Name:\tplay ) out\nTgid:\t81\n',
    'proc/81/comm': 'MainThread\n',
    'proc/81/cmdline': '/usr/lib/jam/bin/node\0/usr/lib/jam/daemon/speaker/main.ts\0--name\0kitchen',
    'proc/81/task/81/stat': stat('node', 0, 0),
    'proc/81/task/82/stat': stat('play ) out', 50, 1),
    'var/lib/jam/lobby.db': '',
  });
  const facts = await gatherHost({ HOME: '/nowhere' }, root);
  t.is(facts.clocksource, 'arch_sys_counter');
  t.deepEqual(facts.daemons, [{ kind: 'speaker', pid: 81, realtimePriority: 50 }]);
  t.deepEqual(facts.cards[0]?.playback[0]?.holders, [{ pid: 81, program: 'jam-speaker' }]);
  t.like(facts.wifi[0], { name: 'wlan0', signalDbm: -52 });
  t.is(facts.wifi.length, 1);
  t.deepEqual(
    facts.disks.map(({ path }) => path),
    [join(root, 'var/lib/jam')],
  );
  t.true((facts.disks[0]?.diskBytes ?? 0) > 0);
  t.is(facts.lobbyPortHolder, undefined);
});

test('a system that tells nothing is no failure', async (t) => {
  const facts = await gatherHost({ HOME: '/nowhere' }, rootWith(t, {}));
  t.like(facts, { clocksource: undefined, soundPermitted: undefined, lobbyPortHolder: undefined });
  t.deepEqual([facts.daemons, facts.cards, facts.wifi, facts.disks], [[], [], [], []]);
});

test('who listens at a port is named, and nobody where nobody does', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  t.regex(listenerOf('/proc', port) ?? '', new RegExp(`\\(process ${process.pid}\\)$`));
  server.close();
  await once(server, 'close');
  t.is(listenerOf('/proc', port), undefined);
});

test("a daemon of Jam's is found by what it runs", async (t) => {
  const script = 'process.stdout.write("up"); setInterval(() => {}, 1000)';
  const child = spawn(process.execPath, ['-e', script, '/usr/lib/jam/daemon/coordinator/main.ts']);
  t.teardown(() => child.kill());
  await once(child.stdout, 'data');
  const found = daemonsIn('/proc').find(({ pid }) => pid === child.pid);
  t.deepEqual(found, { kind: 'coordinator', pid: child.pid ?? 0, realtimePriority: undefined });
});
