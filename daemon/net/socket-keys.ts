import type { Context } from 'zeromq';
import { type KeyPair, keyBytes, type PublicKey, type SecretKey } from '../security/keys.ts';
import { toZ85 } from '../security/z85.ts';

/** With what a socket that connects shows who it is, and by what it knows whom it has reached. */
export interface ClientKeys {
  readonly own: KeyPair;
  readonly server: PublicKey;
  /** See proofFrame(). */
  readonly proof: Uint8Array;
}

/** With what a socket that is connected to lets in only whom it should. */
export interface ServerKeys {
  /** The socket's pair, asked when it is made. */
  readonly own: () => KeyPair;
  /** Where the ZAP handler is that knows the domain; see Gatekeeper. */
  readonly context: Context;
  readonly domain: string;
  /** Whose a message is, by its proof frame; undefined: a stranger's. */
  provenKey(frame: Uint8Array | undefined): PublicKey | undefined;
}

/** A refused connection is closed by this: ZAP's 300 says nothing to the peer, who then tries again. */
const HANDSHAKE_WITHIN_MS = 1000;

/** A connecting socket's options: CURVE with keys, nothing without. */
export function clientOptions(keys: ClientKeys | undefined) {
  if (!keys) return {};
  const { own, server } = keys;
  return {
    curveServerKey: z85(server),
    curvePublicKey: z85(own.publicKey),
    curveSecretKey: z85(own.secretKey),
  };
}

/** A bound socket's options: CURVE and ZAP with keys, nothing without. */
export function serverOptions(keys: ServerKeys | undefined) {
  if (!keys) return {};
  const { own, context, domain } = keys;
  return {
    context,
    zapDomain: domain,
    curveServer: true,
    curveSecretKey: z85(own().secretKey),
    handshakeInterval: HANDSHAKE_WITHIN_MS,
  };
}

const z85 = (key: PublicKey | SecretKey) => toZ85(keyBytes(key));
