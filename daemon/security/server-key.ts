import type { IncomingMessage } from 'node:http';
import * as v from 'valibot';
import { get } from '../net/http.ts';
import { publicKey } from './key-json.ts';
import type { PublicKey } from './keys.ts';

const schema = v.variant('security', [
  v.object({ security: v.literal('none') }),
  v.object({ security: v.literal('curve'), publicKey }),
]);

/** What a coordinator says of its key to anybody. */
export type ServerKey =
  | { readonly security: 'none' }
  | { readonly security: 'curve'; readonly publicKey: PublicKey };

const MAX_BYTES = 10_000;

/**
 * Asks a coordinator's media server for its public key. That it is the right one nobody has proven.
 * Undefined: nobody answers there, or something else does.
 */
export async function askServerKey(
  host: string,
  mediaPort: number,
  timeoutMs: number,
): Promise<ServerKey | undefined> {
  try {
    const answered = Promise.withResolvers<IncomingMessage>();
    const signal = AbortSignal.timeout(timeoutMs);
    get({ host, port: mediaPort, path: '/key', agent: false, signal }, answered.resolve).on(
      'error',
      answered.reject,
    );
    const response = await answered.promise;
    let text = '';
    for await (const piece of response.setEncoding('utf8')) {
      text += piece;
      if (text.length > MAX_BYTES) response.destroy();
    }
    const parsed = v.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
