import { NoReplyError } from '../net/request.ts';
import type { LocalClock } from '../units.ts';
import { FetchError, type TokenSource } from './cache/fetcher.ts';
import type { LobbyRequests } from './lobby-link.ts';

const TOKEN_WITHIN_MS = 2000;
/** A token is used for this part of the time for which it is good. */
const USED_FOR = 0.8;
const KEPT = 200;

/** Has the lobby's tokens for tracks, one for each while it is good. */
export class TrackTokens implements TokenSource {
  readonly #lobby: LobbyRequests;
  readonly #clock: LocalClock;
  readonly #tokens = new Map<string, { token: Promise<string>; untilUs: number }>();

  constructor(lobby: LobbyRequests, clock: LocalClock) {
    this.#lobby = lobby;
    this.#clock = clock;
  }

  async get(hash: string): Promise<string> {
    const known = this.#tokens.get(hash);
    if (known && this.#clock() < known.untilUs) return known.token;
    const [oldest] = this.#tokens.keys();
    if (oldest && this.#tokens.size >= KEPT) this.#tokens.delete(oldest);
    const entry = { token: this.#ask(hash), untilUs: Number.POSITIVE_INFINITY };
    this.#tokens.set(hash, entry);
    entry.token.catch(() => this.forget(hash));
    return entry.token;
  }

  forget(hash: string): void {
    this.#tokens.delete(hash);
  }

  async #ask(hash: string): Promise<string> {
    const reply = await this.#lobby
      .request({ kind: 'getMediaToken', hash, upload: false }, TOKEN_WITHIN_MS)
      .catch((error) => {
        if (error instanceof NoReplyError)
          throw new FetchError('server', 'the lobby gives no token for a track');
        throw error;
      });
    if (reply.kind !== 'mediaToken')
      throw new FetchError(
        'server',
        `no token for a track: ${reply.kind === 'failure' ? reply.message : reply.kind}`,
      );
    const entry = this.#tokens.get(hash);
    if (entry) entry.untilUs = this.#clock() + reply.expiresInMs * 1000 * USED_FOR;
    return reply.token;
  }
}
