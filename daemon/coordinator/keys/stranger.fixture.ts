import { randomBytes } from 'node:crypto';
import { LobbyReply, LobbyRequest, type Report, RoomReply, RoomRequest } from '../../../protos/index.ts';
import { Requester } from '../../net/requester.ts';
import type { ClientKeys } from '../../net/socket-keys.ts';
import { newKeyPair, type PublicKey } from '../../security/keys.ts';
import { commitmentTo, pairingCode } from '../../security/pairing-code.ts';
import { proofFrame } from '../../security/proof.ts';
import { HOST } from '../coordinator.fixture.ts';

const WITHIN_MS = 5000;

/** Somebody with a key of their own who comes to a coordinator over the network; a speaker if it wants to be one. */
export class Stranger {
  readonly speakerId: string;
  readonly name: string;
  readonly keys: ClientKeys;
  readonly #lobby: Requester<LobbyRequest['body'], LobbyReply['body']>;

  constructor(port: number, coordinator: PublicKey, name: string) {
    const own = newKeyPair();
    this.name = name;
    this.speakerId = `id-of-${name}`;
    this.keys = { own, server: coordinator, proof: proofFrame(own, coordinator) };
    this.#lobby = new Requester(`tcp://${HOST}:${port}`, LobbyRequest, LobbyReply, this.keys);
    this.#lobby.start();
  }

  stop(): void {
    this.#lobby.stop();
  }

  ask(body: LobbyRequest['body']): Promise<LobbyReply['body']> {
    return this.#lobby.request(body, WITHIN_MS);
  }

  /** The code of what the lobby says no to; the kind of any other reply. */
  async outcomeOf(body: LobbyRequest['body']): Promise<string> {
    return outcome(await this.ask(body));
  }

  hello(speakerId = this.speakerId): Promise<LobbyReply['body']> {
    return this.ask({ kind: 'hello', speakerId, name: this.name, version: '1', device: 'test' });
  }

  /** @returns the code that it shows */
  async pair(): Promise<string> {
    await this.hello();
    const speakerNonce = Uint8Array.from(randomBytes(16));
    const commitment = Uint8Array.from(commitmentTo(speakerNonce));
    const reply = await this.ask({ kind: 'pairingCommit', commitment });
    if (reply.kind !== 'pairingChallenge') throw new Error(JSON.stringify(reply));
    await this.ask({ kind: 'pairingReveal', nonce: speakerNonce });
    const { own, server } = this.keys;
    const coordinatorNonce = reply.nonce;
    return pairingCode({ coordinator: server, speaker: own.publicKey, coordinatorNonce, speakerNonce });
  }

  /** What a room says to a request of this party's. @throws {NoReplyError} */
  async askRoom(port: number, body: RoomRequest['body'], withinMs = WITHIN_MS): Promise<string> {
    const room = new Requester(`tcp://${HOST}:${port}`, RoomRequest, RoomReply, this.keys);
    room.start();
    try {
      return outcome(await room.request(body, withinMs));
    } finally {
      room.stop();
    }
  }
}

function outcome(reply: { kind: string; code?: string }): string {
  return reply.kind === 'failure' ? `${reply.code}` : reply.kind;
}

/** A report that says nothing but whose it is. */
export function reportOf(speakerId: string, protocol: number): Report {
  const clock = { state: 'SYNCHRONIZED', offsetUs: 0, errorBoundUs: 1, driftPpm: 0, delayP95Us: 1 } as const;
  const counts = { xruns: 0, resyncs: 0, lateStarts: 0, gaps: 0 };
  const figures = { errorUs: 0, errorBoundUs: 0, dacPpm: 0, slewPpm: 0, bufferMs: 0, positionFrame: 0 };
  const playout = { state: 'IDLE', epoch: 0, itemId: '', device: '', rate: 0, format: '' } as const;
  return {
    protocol,
    speakerId,
    name: 'x',
    runId: 'r',
    seq: 0,
    sentRoomUs: 0,
    clock,
    playout: { ...playout, ...counts, ...figures },
    leadUs: 0,
    held: [],
    problem: `from ${speakerId}`,
    glitches: [],
  };
}
