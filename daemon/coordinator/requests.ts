import {
  type Codec,
  Envelope,
  type Failure,
  MAX_MESSAGE_BYTES,
  PROTOCOL,
  WireError,
} from '../../protos/index.ts';
import { messageOf } from '../errno.ts';
import type { Logger } from '../logger.ts';
import type { RequestLimit } from '../net/request-limit.ts';
import type { RequestHandler } from '../net/responder.ts';
import type { PublicKey } from '../security/keys.ts';
import type { LocalClock } from '../units.ts';
import { StorageError } from './database.ts';
import { Refusal } from './refusal.ts';

interface Message<Body> {
  protocol: number;
  requestId: string;
  body: Body;
}

/** What is known of a request beside its body. */
export interface Asked {
  /** Empty: the asker doesn't mind if it is done twice. */
  readonly requestId: string;
  /** For whom it is asked, as the asker says; empty: it doesn't. */
  readonly by: string;
  /** Whose key the request has proven; undefined: a stranger's, or there are no keys. */
  readonly peerKey?: PublicKey | undefined;
}

/** Holds back who asks too much. */
export interface AskerLimit {
  readonly limit: RequestLimit;
  readonly clock: LocalClock;
  /** Whose requests count together, in words; undefined: of them there can't be too many. */
  readonly askerOf: (peerKey: PublicKey | undefined, connection: string) => string | undefined;
}

/** Longer ones would not be read by the peer. */
const MAX_SENTENCE = 1000;

type FailureBody = { kind: 'failure' } & Failure;

/**
 * Answers requests of one kind of peer: decodes, checks the protocol's version, has `handle` do the
 * work, and turns whatever goes wrong into a failure that the asker can read.
 * @param limits who asks too much is answered BUSY; undefined: there are none
 */
export function requestHandler<Request, Reply>(
  requests: Codec<Message<Request> & { by?: string }>,
  replies: Codec<Message<Reply | FailureBody>>,
  handle: (request: Request, asked: Asked) => Reply | Promise<Reply>,
  logger: Logger,
  limits?: AskerLimit,
): RequestHandler {
  const encode = (requestId: string, body: Reply | FailureBody) => {
    const reply = replies.encode({ protocol: PROTOCOL, requestId, body });
    if (reply.length <= MAX_MESSAGE_BYTES) return reply;
    const tooLong = failure('REFUSED', 'the reply is too long for one message: ask for less');
    return replies.encode({ protocol: PROTOCOL, requestId, body: tooLong });
  };
  return async (bytes, peerKey, connection = '') => {
    const envelope = readEnvelope(bytes);
    if (!envelope) return encode('', failure('BAD_REQUEST', 'the request is not a Jam message'));
    const { protocol, requestId } = envelope;
    if (protocol !== PROTOCOL) return encode(requestId, otherVersion(protocol));
    const answer = () => {
      const { body, by = '' } = requests.decode(bytes);
      return handle(body, { requestId, by, peerKey });
    };
    const asker = limits?.askerOf(peerKey, connection);
    if (!limits || asker === undefined) return encode(requestId, await answerOf(answer, logger));
    const retryAfterMs = limits.limit.begin(asker, limits.clock() / 1000);
    if (retryAfterMs > 0) return encode(requestId, tooMany(asker, retryAfterMs, logger));
    const reply = await answerOf(answer, logger);
    limits.limit.end(asker);
    return encode(requestId, reply);
  };
}

/** What `handle` answers, or the failure that says why it doesn't. */
export async function answerOf<Reply>(
  handle: () => Reply | Promise<Reply>,
  logger: Logger,
): Promise<Reply | FailureBody> {
  try {
    return await handle();
  } catch (error) {
    return explain(error, logger);
  }
}

function readEnvelope(bytes: Uint8Array): { protocol: number; requestId: string } | undefined {
  try {
    return Envelope.decode(bytes);
  } catch {
    return undefined;
  }
}

function tooMany(asker: string, retryAfterMs: number, logger: Logger): FailureBody {
  logger.warn(`${asker} sends more requests than anybody may: they are refused as BUSY`);
  return { ...failure('BUSY', 'too many requests at once: ask less often'), retryAfterMs };
}

function otherVersion(theirs: number): FailureBody {
  return failure(
    'VERSION',
    `the request is of protocol version ${theirs}, this coordinator speaks ${PROTOCOL}: update the older of the two`,
  );
}

function explain(error: unknown, logger: Logger): FailureBody {
  if (error instanceof Refusal) return failure(error.code, error.message);
  if (error instanceof WireError)
    return failure('BAD_REQUEST', `the request can't be read: ${error.message}`);
  if (error instanceof StorageError) {
    logger.error(`a request was refused: ${error.message}`);
    return failure('STORAGE', `${error.message}: see to the coordinator's disk`);
  }
  logger.error({ err: error }, `a request failed: ${messageOf(error)}`);
  return failure('INTERNAL', `the coordinator failed at it: ${messageOf(error)}`);
}

function failure(code: Failure['code'], message: string): FailureBody {
  return { kind: 'failure', code, message: message.slice(0, MAX_SENTENCE) };
}
