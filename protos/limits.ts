/** Version of the wire contract. Peers of another version are refused with a sentence that says so. */
export const PROTOCOL = 2;

/** No message on any socket is larger; sockets drop the peer that sends one. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
