import type { Readable } from 'node:stream';

/** A body came too slowly; the message is a sentence for people. */
export class StalledError extends Error {
  override name = 'StalledError';
}

/**
 * Passes a request's body on as long as it makes progress: at least minBytes within every periodMs, so that
 * a peer that has gone away, or sends a byte now and then, can't hold its connection. A consumer that stops
 * early leaves the stream open, so that the peer can still be answered.
 * @throws {StalledError} and destroys the stream
 */
export async function* guardProgress(
  body: Readable,
  minBytes: number,
  periodMs: number,
): AsyncGenerator<Buffer> {
  let arrived = 0;
  let lastPassed = 0;
  // Time spent by the consumer is not the peer's fault.
  let waiting = true;
  const timer = setInterval(() => {
    if (waiting && arrived - lastPassed < minBytes)
      body.destroy(new StalledError(`less than ${minBytes} bytes arrived in ${periodMs / 1000} s`));
    lastPassed = arrived;
  }, periodMs);
  try {
    for await (const piece of body.iterator({ destroyOnReturn: false })) {
      arrived += piece.length;
      waiting = false;
      yield piece;
      waiting = true;
    }
  } finally {
    clearInterval(timer);
  }
}
