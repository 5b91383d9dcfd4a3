import { MAX_MESSAGE_BYTES } from '../../protos/limits.ts';

/**
 * What all sockets that connect have in common. A connection that is cut shows after this long without a sign of
 * life, and is made anew; left to TCP, it would go on after as long again as the cut has lasted.
 */
export const CONNECTION = {
  linger: 0,
  maxMessageSize: MAX_MESSAGE_BYTES,
  reconnectInterval: 100,
  reconnectMaxInterval: 1000,
  connectTimeout: 1000,
  heartbeatInterval: 1000,
  heartbeatTimeout: 2500,
};
