/** No reply came in time: the peer is down, away, or too busy. */
export class NoReplyError extends Error {
  override name = 'NoReplyError';
}

/** Asks one peer, several requests under way at once. */
export interface Requests<RequestBody, ReplyBody> {
  /** @throws {NoReplyError} after timeoutMs */
  request(body: RequestBody, timeoutMs: number): Promise<ReplyBody>;
  /** Nothing is asked or answered afterwards. */
  stop(): void;
}
