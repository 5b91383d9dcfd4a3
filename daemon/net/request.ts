/** No reply came in time: the peer is down, away, or too busy. */
export class NoReplyError extends Error {
  override name = 'NoReplyError';
}

/** What a request carries beside its body. */
export interface RequestHead {
  /** Unique. One that was answered before is answered the same again, and not done twice. */
  readonly requestId?: string;
  /** For whom it is asked, for people. */
  readonly by?: string;
}

/** Asks one peer, several requests under way at once. */
export interface Requests<RequestBody, ReplyBody> {
  /** @throws {NoReplyError} after timeoutMs */
  request(body: RequestBody, timeoutMs: number, head?: RequestHead): Promise<ReplyBody>;
  /** Nothing is asked or answered afterwards. */
  stop(): void;
}
