import { isIPv4 } from 'node:net';
import type { LobbyRequest } from '../../../protos/index.ts';
import { Refusal } from '../refusal.ts';
import { sameName } from '../same-name.ts';

/** A room host as the lobby knows it: another host that runs rooms, on its own clock. */
export interface LobbyHost {
  readonly hostId: string;
  readonly name: string;
  /** IPv4, at which speakers and the lobby reach it. */
  readonly address: string;
  /** Its clock's port is the next one, its rooms' follow as the lobby's own do; see ports.ts. */
  readonly port: number;
  readonly version: string;
  readonly clockId: string;
}

const HOST_LIMIT = 30;

/**
 * The hosts after one has said hello.
 * @returns the same array when nothing is new
 * @throws {Refusal} when its address is none, or another host has its name
 */
export function withHost(
  hosts: readonly LobbyHost[],
  { hostId, name, address, port, version, clockId }: Extract<LobbyRequest['body'], { kind: 'hostHello' }>,
): readonly LobbyHost[] {
  if (!isIPv4(address)) throw new Refusal('BAD_REQUEST', `a room host's address is IPv4, not "${address}"`);
  const host: LobbyHost = { hostId, name, address, port, version, clockId };
  const known = hosts.find((one) => one.hostId === hostId);
  const namesake = hosts.find((one) => one !== known && sameName(one.name, name));
  if (namesake)
    throw new Refusal(
      'REFUSED',
      `there is a room host "${namesake.name}" already: give this one another --name, or, if that one is gone ` +
        `for good, type "jamctl host forget ${namesake.name}"`,
    );
  if (known && isSame(known, host)) return hosts;
  if (known) return hosts.map((one) => (one === known ? host : one));
  if (hosts.length < HOST_LIMIT) return [...hosts, host];
  throw new Refusal('REFUSED', `there are ${HOST_LIMIT} room hosts already, which is all there can be`);
}

/** @throws {Refusal} NOT_FOUND; it names those that there are */
export function hostNamed(hosts: readonly LobbyHost[], name: string): LobbyHost {
  const host = hosts.find((one) => sameName(one.name, name));
  if (host) return host;
  const others = hosts.length > 0 ? `there is ${hosts.map((one) => one.name).join(', ')}` : 'there is none';
  throw new Refusal('NOT_FOUND', `there is no room host "${name}"; ${others}`);
}

function isSame(a: LobbyHost, b: LobbyHost): boolean {
  return (['name', 'address', 'port', 'version', 'clockId'] as const).every((key) => a[key] === b[key]);
}
