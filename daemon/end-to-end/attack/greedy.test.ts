import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import test from 'ava';
import { clockPort, roomPorts } from '../../coordinator/ports.ts';
import { Household } from '../household.ts';
import { residentMb } from './resident.ts';

// Before anybody knows who somebody is, they have sent some bytes already.

const ANNOUNCED_BYTES = 2 ** 30;
const SENT_MB = 48;
const GROWTH_MB = 24;

const home = new Household();
process.on('exit', () => home.killAll());
test.before(() => home.start());
test.after.always(() => home.stop());

/** A ZMTP greeting for CURVE, and the head of a command of that many bytes. */
function greedyOpening(bytes: number): Buffer {
  const greeting = Buffer.alloc(64);
  greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 1]);
  greeting.write('CURVE', 12);
  const head = Buffer.alloc(9);
  head[0] = 6; // a command, its length in 8 bytes
  head.writeBigUInt64BE(BigInt(bytes), 1);
  return Buffer.concat([greeting, head]);
}

/** Resolves when all is sent or the connection was cut. */
async function sendTo(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const cut = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  socket.resume();
  socket.write(greedyOpening(ANNOUNCED_BYTES));
  const sent = new Promise((resolve) => socket.write(Buffer.alloc(SENT_MB * 1024 * 1024, 1), resolve));
  await Promise.race([sent, cut]);
  return socket;
}

test('who announces a message of 1 GB before showing a key gets no memory for it', async (t) => {
  const sockets = [home.port, clockPort(home.port), ...Object.values(roomPorts(home.port, 0))];
  const resident = () => residentMb([home.coordinator.pid ?? 0, ...home.coordinator.children]);
  const before = resident();
  const connections = await Promise.all(sockets.map(sendTo));
  const grown = resident() - before;
  for (const connection of connections) connection.destroy();
  t.true(grown < GROWTH_MB, `coordinator and room have grown by ${grown} MB`);
  t.truthy(await home.status(), 'the room answers');
});
