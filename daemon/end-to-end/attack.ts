import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dealer, Push, Request, Subscriber } from 'zeromq';
import { MAX_MESSAGE_BYTES } from '../../protos/index.ts';
import { clockPort, mediaPort, roomPorts } from '../coordinator/ports.ts';

const garbage = [Buffer.alloc(0), randomBytes(7), randomBytes(2000), Buffer.alloc(500, 0xff)];
const oversized = Buffer.alloc(MAX_MESSAGE_BYTES + 1);

/** Sends to each port of a coordinator on loopback what nobody should: noise, garbage as messages, oversized ones. */
export async function attack(port: number): Promise<void> {
  const { eventsPort, requestsPort, reportsPort } = roomPorts(port, 0);
  const all = [port, clockPort(port), mediaPort(port), eventsPort, requestsPort, reportsPort];
  await Promise.all(all.map(sendNoise));
  for (const asked of [port, requestsPort]) {
    for (const message of [...garbage, oversized])
      await send(new Dealer({ linger: 200 }), asked, ['', message]);
    await send(new Dealer({ linger: 200 }), asked, garbage);
  }
  for (const message of [...garbage, oversized]) {
    await send(new Push({ linger: 200 }), reportsPort, [message]);
    await send(new Request({ linger: 200 }), clockPort(port), [message]);
  }
  await subscribeTo(eventsPort);
}

/** Bytes that are no ZeroMQ and no HTTP. */
async function sendNoise(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(randomBytes(100_000));
  await sleep(100);
  socket.destroy();
}

async function send(socket: Dealer | Push | Request, port: number, frames: Buffer[] | [string, Buffer]) {
  socket.connect(`tcp://127.0.0.1:${port}`);
  await socket.send(frames);
  socket.close();
}

/** Subscribes to something very long, and goes away. */
async function subscribeTo(port: number): Promise<void> {
  const subscriber = new Subscriber();
  subscriber.connect(`tcp://127.0.0.1:${port}`);
  subscriber.subscribe(oversized, ...garbage);
  await sleep(100);
  subscriber.close();
}
