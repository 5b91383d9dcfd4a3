import { clockPort, mediaPort, roomPorts } from '../../coordinator/ports.ts';
import type { Attack } from './attack.ts';
import { Crowd } from './crowd.ts';
import { Flood } from './flood.ts';
import { Guesser } from './guesser.ts';
import type { Siege } from './siege.ts';

/** Nothing at all, to compare with. */
export const peace: Attack = {
  name: 'peace',
  start: async () => {},
  stop: async () => '',
};

/** All attacks on a home. @param connections of a crowd to each port @param perSecond commands of a flood */
export async function allAttacks(
  { home, parties }: Siege,
  connections: number,
  perSecond: number,
): Promise<Attack[]> {
  const { port } = home;
  const sockets = [port, clockPort(port), ...Object.values(roomPorts(port, 0))];
  const media = mediaPort(port);
  const member = await parties.person('flooder', 'MEMBER');
  await parties.person('anna', 'ADMIN');
  const common = { connectionsPerPort: connections };
  return [
    new Crowd({ ...common, name: 'idle connections', ports: [...sockets, media], opening: '', trickle: '' }),
    new Crowd({ ...common, name: 'slow requests', ports: [media], opening: SLOW_REQUEST, trickle: 'x' }),
    new Crowd({
      ...common,
      name: 'half-open handshakes',
      ports: sockets,
      opening: HALF_GREETING,
      trickle: '\0',
    }),
    new Flood(port, member, perSecond),
    new Flood(port, parties.stranger(), perSecond),
    new Guesser(parties, 'anna'),
  ];
}

const SLOW_REQUEST = `GET /tracks/${'a'.repeat(64)} HTTP/1.1\r\nHost: x\r\nX-Slow: `;
/** Of a ZMTP greeting's 64 bytes. */
const HALF_GREETING = Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3]);
