import type { LobbyReply, LobbyRequest } from '../../../protos/index.ts';
import { sha256 } from '../../coordinator/media-store.fixture.ts';
import { fixtureBytes } from '../../media/fixtures/list.ts';
import type { Requester } from '../../net/requester.ts';
import type { Random } from '../../random.ts';
import type { Channel } from './channel.ts';
import { mutated, pick } from './mutate.ts';

const TRACKS = ['album-1.mp3', 'tagged.mp3', 'vbr-11025-mono.mp3', 's16-mono.wav', 'f32-stereo.wav'];
const WITHIN_MS = 15_000;
/** A refused track is no problem; what the coordinator doesn't know to say is. */
const FAULT = 500;

/** Tracks that are changed, uploaded under their right names with a token. */
export class UploadChannel implements Channel {
  readonly name = 'upload as member';
  readonly share: number;
  readonly problems: string[] = [];
  readonly #mediaPort: number;
  readonly #client: Requester<LobbyRequest['body'], LobbyReply['body']>;

  /** @param client of somebody who may upload; stopped with this */
  constructor(share: number, mediaPort: number, client: Requester<LobbyRequest['body'], LobbyReply['body']>) {
    this.share = share;
    this.#mediaPort = mediaPort;
    this.#client = client;
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {
    this.#client.stop();
  }

  draw(random: Random): Buffer[] {
    const track = fixtureBytes(pick(random, TRACKS));
    return [mutated(track.subarray(0, 8000), [track], random)];
  }

  async send([bytes = Buffer.alloc(0)]: Buffer[]): Promise<void> {
    const hash = sha256(bytes);
    const reply = await this.#client.request({ kind: 'getMediaToken', hash, upload: true }, WITHIN_MS);
    if (reply.kind !== 'mediaToken') return;
    const url = `http://127.0.0.1:${this.#mediaPort}/tracks/${hash}?name=fuzz.mp3`;
    const headers = { authorization: `Bearer ${reply.token}` };
    const upload = fetch(url, { method: 'PUT', body: new Uint8Array(bytes), headers });
    // A connection may be closed as idle just when it is used again; whether all still runs is looked at anyway.
    const { status } = await upload.catch(() => ({ status: 0 }));
    if (status >= FAULT) this.problems.push(`${this.name}: an upload was answered ${status}`);
  }
}
