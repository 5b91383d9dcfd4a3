import type { Role } from '../../../protos/index.ts';
import { LobbyReply, LobbyRequest } from '../../../protos/index.ts';
import { Stranger } from '../../coordinator/keys/stranger.fixture.ts';
import { Requester } from '../../net/requester.ts';
import type { ClientKeys } from '../../net/socket-keys.ts';
import { newKeyPair } from '../../security/keys.ts';
import { proofFrame } from '../../security/proof.ts';
import { findLocalKeys } from '../../security/runtime-keys.ts';
import type { Household } from '../household.ts';

const PASSWORD = 'an old house';
const WITHIN_MS = 15_000;

/** Somebody with a key who comes over the network. */
export interface Party {
  readonly name: string;
  readonly keys: ClientKeys;
}

/** A household's people and devices that are no friends of it. */
export class Parties {
  readonly #home: Household;
  readonly #known = new Set<string>();

  /** @param home has been started */
  constructor(home: Household) {
    this.#home = home;
  }

  /** Nobody knows them. */
  stranger(): Party {
    const own = newKeyPair();
    const { server } = this.#localKeys();
    return { name: 'stranger', keys: { own, server, proof: proofFrame(own, server) } };
  }

  /** A speaker that was adopted, and is in main. */
  async speaker(name: string): Promise<Party> {
    const speaker = new Stranger(this.#home.port, this.#localKeys().server, name);
    try {
      const code = await speaker.pair();
      const reply = await this.#home.askLobby({ kind: 'adoptSpeaker', name, code });
      if (reply.kind !== 'done') throw new Error(`${name} wasn't adopted: ${JSON.stringify(reply)}`);
      await speaker.hello();
      return { name: 'speaker', keys: speaker.keys };
    } finally {
      speaker.stop();
    }
  }

  /** A person who has logged in, with a new key; who is made a user the first time. */
  async person(name: string, role: Role): Promise<Party> {
    if (!this.#known.has(name)) {
      const reply = await this.#home.askLobby({ kind: 'addUser', name, password: PASSWORD, role });
      if (reply.kind !== 'done') throw new Error(`${name} isn't a user: ${JSON.stringify(reply)}`);
      this.#known.add(name);
    }
    const party = { ...this.stranger(), name: role.toLowerCase() };
    const client = this.clientOf(party);
    try {
      const login = { kind: 'login', name, password: PASSWORD, code: '', client: 'test' } as const;
      const reply = await client.request(login, WITHIN_MS);
      if (reply.kind !== 'identity') throw new Error(`${name} can't log in: ${JSON.stringify(reply)}`);
      return party;
    } finally {
      client.stop();
    }
  }

  /** A connection of a party's to the lobby; the caller stops it. */
  clientOf({ keys }: Party): Requester<LobbyRequest['body'], LobbyReply['body']> {
    const requester = new Requester(`tcp://127.0.0.1:${this.#home.port}`, LobbyRequest, LobbyReply, keys);
    requester.start();
    return requester;
  }

  #localKeys(): ClientKeys {
    const keys = findLocalKeys('127.0.0.1', this.#home.port, this.#home.environment);
    if (!keys) throw new Error('the coordinator has not left its keys');
    return keys;
  }
}
