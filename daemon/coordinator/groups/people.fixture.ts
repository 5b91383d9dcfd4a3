import type { ExecutionContext } from 'ava';
import {
  LobbyReply,
  LobbyRequest,
  type Role,
  type RoomCommand,
  type RoomStatus,
} from '../../../protos/index.ts';
import { NoReplyError, newRequestId, Requester } from '../../net/requester.ts';
import { newKeyPair } from '../../security/keys.ts';
import { proofFrame } from '../../security/proof.ts';
import { askServerKey } from '../../security/server-key.ts';
import { HOST, type Home, newHome } from '../coordinator.fixture.ts';

type Body = LobbyRequest['body'];
type Reply = LobbyReply['body'];

const ANSWERED_WITHIN_MS = 15_000;
const ATTEMPTS = 3;
const PASSWORD = 'an old house';

/** A client with a key of its own, at a coordinator's real socket. */
export class Client {
  readonly #requester: Requester<Body, Reply>;

  constructor(requester: Requester<Body, Reply>) {
    this.#requester = requester;
  }

  /** Asks again, as the same request, as jamctl does: it may have gone into a connection that was just dying. */
  async ask(body: Body, requestId = newRequestId()): Promise<Reply> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#requester.request(body, ANSWERED_WITHIN_MS / ATTEMPTS, { requestId });
      } catch (error) {
        if (!(error instanceof NoReplyError) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Asks and expects that it is done. */
  async do(body: Body): Promise<void> {
    const reply = await this.ask(body);
    if (reply.kind !== 'done') throw new Error(`${body.kind}: ${JSON.stringify(reply)}`);
  }

  async room(body: RoomCommand['body'], room = 'main'): Promise<Reply> {
    return this.ask({ kind: 'callRoom', room, command: { body } });
  }

  async status(room = 'main'): Promise<RoomStatus> {
    const reply = await this.room({ kind: 'getStatus' }, room);
    if (reply.kind === 'room' && reply.body.kind === 'status') return reply.body;
    throw new Error(`no status: ${JSON.stringify(reply)}`);
  }

  async login(name: string, code = ''): Promise<Reply> {
    return this.ask({ kind: 'login', name, password: PASSWORD, code, client: 'test' });
  }
}

/** A coordinator with keys as a real process, in which anna is admin. */
export class PeopledHome {
  readonly home: Home;
  readonly #t: Pick<ExecutionContext, 'teardown'>;
  #anna: Client | undefined;

  constructor(t: Pick<ExecutionContext, 'teardown'>, home: Home) {
    this.home = home;
    this.#t = t;
  }

  get anna(): Client {
    if (!this.#anna) throw new Error('anna has not logged in');
    return this.#anna;
  }

  async start(): Promise<void> {
    this.home.spawn('--security', 'curve');
    const line = await this.home.logged(/--code /);
    await this.home.logged(/"msg":"ready/);
    const code = /--code ([a-z0-9-]+)/.exec(line)?.[1];
    this.#anna = await this.client();
    const reply = await this.#anna.login('anna', code);
    if (reply.kind !== 'identity') throw new Error(JSON.stringify(reply));
  }

  /** Starts it once more; clients reconnect by themselves. */
  async again(): Promise<void> {
    const from = this.home.lines.length;
    this.home.spawn('--security', 'curve');
    await this.home.logged(/"msg":"ready/, from);
  }

  /** One that nobody knows. */
  async client(): Promise<Client> {
    const server = await askServerKey(HOST, this.home.port + 2, ANSWERED_WITHIN_MS);
    if (server?.security !== 'curve') throw new Error('the coordinator tells no key');
    const own = newKeyPair();
    const keys = { own, server: server.publicKey, proof: proofFrame(own, server.publicKey) };
    const address = `tcp://${HOST}:${this.home.port}`;
    const requester = new Requester(address, LobbyRequest, LobbyReply, keys);
    requester.start();
    this.#t.teardown(() => requester.stop());
    return new Client(requester);
  }

  /** A new user who has logged in. */
  async person(name: string, role: Role): Promise<Client> {
    await this.anna.do({ kind: 'addUser', name, password: PASSWORD, role });
    const client = await this.client();
    await client.login(name);
    return client;
  }
}

/** For all tests of a file: with endAll() as what runs after them. */
export async function sharedHome(): Promise<{ home: PeopledHome; endAll: () => Promise<void> }> {
  const ends: (() => unknown)[] = [];
  const t = { teardown: (end: () => unknown) => void ends.push(end) };
  const home = new PeopledHome(t, await newHome(t));
  await home.start();
  const endAll = async () => {
    for (const end of ends.reverse()) await end();
  };
  return { home, endAll };
}
