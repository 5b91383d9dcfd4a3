import test from 'ava';
import pino from 'pino';
import type { LobbyReply, LobbyRequest } from '../../../protos/index.ts';
import { localUs } from '../../units.ts';
import { NoReplyError } from '../request.ts';
import type { Sighting } from './announcement.ts';
import { FollowedLobby, type KnownCoordinator } from './followed-lobby.ts';
import type { Place, WantedCoordinator } from './place.ts';

const attic = { id: 'id-of-attic', name: 'attic' };
const cellar = { id: 'id-of-cellar', name: 'cellar' };
const any: WantedCoordinator = { kind: 'any' };

const key = ({ host, port }: Place): string => `${host}:${port}`;

/** A network in which coordinators are at places, and announce themselves there unless that is loopback. */
class Network {
  readonly coordinators = new Map<string, { id: string; name: string }>();
  broken = false;
  nowUs = 0;
  known: KnownCoordinator | undefined;
  readonly moves: string[] = [];
  readonly warnings: string[] = [];
  browses = 0;

  put(at: string, coordinator: { id: string; name: string }): this {
    for (const [place, one] of this.coordinators) if (one === coordinator) this.coordinators.delete(place);
    this.coordinators.set(at, coordinator);
    return this;
  }

  lobby(wanted: WantedCoordinator, known = this.known): FollowedLobby {
    const log = pino({ level: 'warn' }, { write: (line) => void this.warnings.push(JSON.parse(line).msg) });
    const lobby = new FollowedLobby(wanted, known, {
      clock: () => localUs(this.nowUs),
      connect: (place) => ({
        request: async (body) => this.#answer(place, body),
        stop() {},
      }),
      browse: async () => this.#browse(),
      remember: (remembered) => {
        this.known = remembered;
      },
      onMove: (place) => this.moves.push(key(place)),
      log,
    });
    lobby.start();
    return lobby;
  }

  #answer(place: Place, body: LobbyRequest['body']): LobbyReply['body'] {
    const there = this.coordinators.get(key(place));
    if (!there) throw new NoReplyError(`nobody at ${key(place)}`);
    if (body.kind !== 'getInfo') return { kind: 'done', note: there.name };
    const ports = { mediaPort: place.port + 2, clockPort: place.port + 1 };
    return {
      kind: 'info',
      name: there.name,
      version: '1',
      ...ports,
      clockId: 'c',
      security: 'none',
      coordinatorId: there.id,
    };
  }

  #browse(): Sighting[] {
    this.browses += 1;
    if (this.broken) throw new Error('no socket');
    return [...this.coordinators]
      .filter(([at]) => !at.startsWith('127.'))
      .map(([at, { id, name }]) => {
        const [host = '', port] = at.split(':');
        return { id, name, host, port: Number(port), version: '1', protocol: 1 };
      });
  }
}

/** Who answers within a few tries, two seconds apart; undefined: nobody. */
async function whoAnswers(network: Network, lobby: FollowedLobby): Promise<string | undefined> {
  for (let i = 0; i < 30; i += 1) {
    const reply = await lobby.request({ kind: 'listRooms' }, 1500).catch(() => undefined);
    if (reply?.kind === 'done') return reply.note;
    network.nowUs += 2_000_000;
    await Promise.resolve();
  }
  return undefined;
}

test('the one on the own host is found without asking the network', async (t) => {
  const network = new Network().put('127.0.0.1:7400', attic).put('10.0.0.2:7400', cellar);
  t.is(await whoAnswers(network, network.lobby(any)), 'attic');
  t.is(network.browses, 0);
  t.deepEqual(network.known, { ...attic, host: '127.0.0.1', port: 7400 });
});

test('the only one on the network is found, and remembered', async (t) => {
  const network = new Network().put('10.0.0.1:7500', attic);
  t.is(await whoAnswers(network, network.lobby(any)), 'attic');
  t.deepEqual(network.known, { ...attic, host: '10.0.0.1', port: 7500 });
  t.deepEqual(network.moves, ['10.0.0.1:7500']);
});

test('of two none is taken, and a person is told how to choose', async (t) => {
  const network = new Network().put('10.0.0.1:7400', attic).put('10.0.0.2:7400', cellar);
  t.is(await whoAnswers(network, network.lobby(any)), undefined);
  t.is(network.warnings.length, 1, 'said once');
  t.regex(network.warnings[0] ?? '', /attic at 10.0.0.1:7400, cellar at 10.0.0.2:7400; .*--coordinator/);
});

test('one is chosen by its name, also by one with spaces', async (t) => {
  const network = new Network()
    .put('10.0.0.1:7400', attic)
    .put('10.0.0.2:7400', { id: 'id-of-home', name: 'Our Home' });
  t.is(await whoAnswers(network, network.lobby({ kind: 'name', name: 'our home' })), 'Our Home');
});

test('a host that was named is taken whatever its coordinator is called', async (t) => {
  const network = new Network().put('server:7400', attic);
  const known = { ...cellar, host: 'server', port: 7400 };
  t.is(await whoAnswers(network, network.lobby({ kind: 'name', name: 'server' }, known)), 'attic');
});

test('a speaker goes back to the coordinator it was with, whatever else there is', async (t) => {
  const network = new Network()
    .put('10.0.0.1:7400', attic)
    .put('10.0.0.2:7400', cellar)
    .put('127.0.0.1:7400', cellar);
  const known = { ...attic, host: '10.0.0.1', port: 7400 };
  t.is(await whoAnswers(network, network.lobby(any, known)), 'attic');
});

test('a changed address is followed, while another coordinator has the old one, too', async (t) => {
  const network = new Network().put('10.0.0.1:7400', attic);
  const lobby = network.lobby(any);
  t.is(await whoAnswers(network, lobby), 'attic');
  network.put('10.0.0.7:7400', attic);
  t.is(await whoAnswers(network, lobby), 'attic');
  t.is(lobby.place.host, '10.0.0.7');
  network.coordinators.clear();
  t.is(await whoAnswers(network, lobby), undefined);
  network.put('10.0.0.7:7400', cellar).put('10.0.0.8:7400', attic);
  t.is(await whoAnswers(network, lobby), 'attic');
  t.is(lobby.place.host, '10.0.0.8');
});

test('while the own coordinator is away no other is taken, and it says that there is one', async (t) => {
  const network = new Network().put('10.0.0.2:7400', cellar);
  const known = { ...attic, host: '10.0.0.1', port: 7400 };
  const lobby = network.lobby(any, known);
  t.is(await whoAnswers(network, lobby), undefined);
  t.regex(network.warnings[0] ?? '', /attic isn't here, but cellar at 10.0.0.2:7400/);
  t.is(network.known, undefined, 'nothing new is remembered');
  t.true(network.browses <= 8, `asked the network ${network.browses} times within a minute`);
  network.put('10.0.0.1:7400', attic);
  t.is(await whoAnswers(network, lobby), 'attic');
});

test('a fixed address is asked whatever is announced, and never left', async (t) => {
  const network = new Network().put('10.0.0.1:7400', attic);
  const lobby = network.lobby({ kind: 'place', place: { host: '10.0.0.9', port: 7400 } });
  t.is(await whoAnswers(network, lobby), undefined);
  t.is(network.browses, 0);
  network.put('10.0.0.9:7400', cellar);
  t.is(await whoAnswers(network, lobby), 'cellar');
});

test('a network that cannot be asked is said, and asked again later', async (t) => {
  const network = new Network().put('10.0.0.1:7400', attic);
  network.broken = true;
  const lobby = network.lobby(any);
  t.is(await whoAnswers(network, lobby), undefined);
  t.regex(network.warnings[0] ?? '', /can't look for coordinators on the network: no socket/);
  network.broken = false;
  t.is(await whoAnswers(network, lobby), 'attic');
});
