import type { Place } from '../../daemon/net/discovery/place.ts';
import type { SpeakerStatus } from '../../protos/index.ts';
import type { LobbyClient } from '../client.ts';
import { CommandError } from '../exit-codes.ts';
import { ownVersion } from '../own-version.ts';
import { probe } from '../reachability.ts';
import type { CoordinatorFacts, HomeFacts, PortFacts } from './home-facts.ts';

const TRIPS = 5;
const PROBE_MS = 1000;

/** Asks the coordinator about itself and its home. @param connect finds it as for every command */
export async function gatherHome(connect: () => Promise<LobbyClient>): Promise<HomeFacts> {
  const own = { ownVersion: ownVersion() };
  let place: Place | undefined;
  try {
    const client = await connect();
    place = client.address;
    try {
      return { ...own, place, coordinator: await ask(client, place), failure: '' };
    } finally {
      client.stop();
    }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { ...own, place, coordinator: undefined, failure: error.message };
  }
}

async function ask(client: LobbyClient, place: Place): Promise<CoordinatorFacts> {
  const { name, version, clockPort, mediaPort } = await client.ask({ kind: 'getInfo' }, 'info');
  const roundTripsMs: number[] = [];
  for (let i = 0; i < TRIPS; i += 1) {
    const fromMs = performance.now();
    await client.ask({ kind: 'getInfo' }, 'info');
    roundTripsMs.push(performance.now() - fromMs);
  }
  const known = [
    { port: place.port, what: 'lobby' },
    { port: clockPort, what: 'clock' },
    { port: mediaPort, what: 'media' },
    { port: place.port + 10, what: 'events of main' },
    { port: place.port + 11, what: 'requests to main' },
    { port: place.port + 12, what: 'reports to main' },
  ];
  const ports = await Promise.all(known.map((one) => look(place.host, one)));
  const speakers = await unlessRefused(client.ask({ kind: 'listSpeakers' }, 'speakers'));
  const statuses = await statusesOf(client);
  return { name, version, roundTripsMs, ports, speakers: speakers?.speakers, statuses };
}

async function look(host: string, { port, what }: Omit<PortFacts, 'reach'>): Promise<PortFacts> {
  return { port, what, reach: await probe({ host, port }, PROBE_MS) };
}

async function statusesOf(client: LobbyClient): Promise<SpeakerStatus[]> {
  const listed = await unlessRefused(client.ask({ kind: 'listRooms' }, 'rooms'));
  const rooms = listed?.rooms.filter(({ running }) => running) ?? [];
  const statuses = await Promise.all(
    rooms.map(({ name }) => unlessRefused(client.askRoom(name, { kind: 'getStatus' }, 'status'))),
  );
  return statuses.flatMap((status) => status?.speakers ?? []);
}

async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}
