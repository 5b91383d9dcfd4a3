import { readFile } from 'node:fs/promises';
import * as clock from '../../../protos/clock.ts';
import { ClockRequest, LobbyRequest, Report, RoomRequest } from '../../../protos/index.ts';
import * as lobby from '../../../protos/lobby.ts';
import * as room from '../../../protos/room.ts';
import { sha256 } from '../../coordinator/media-store.fixture.ts';
import { clockPort, mediaPort, roomPorts } from '../../coordinator/ports.ts';
import { fixturePath } from '../../media/fixtures/list.ts';
import type { Household } from '../household.ts';
import type { Channel } from './channel.ts';
import { type HttpInputs, httpRequest } from './http-inputs.ts';
import { MessageChannel } from './message-channel.ts';
import { validMessages } from './messages.ts';
import { LOBBY_REPLIES, lobbyProblem, roomProblem } from './oracle.ts';
import type { Parties, Party } from './parties.ts';
import { openings, RawChannel, recordedOpening } from './raw-channel.ts';
import { UploadChannel } from './upload-channel.ts';

const TRACK = fixturePath('s16-mono.wav');

/** What all inputs of a run are made of. */
export interface Material {
  readonly lobby: readonly Uint8Array[];
  readonly room: readonly Uint8Array[];
  readonly reports: readonly Uint8Array[];
  readonly clock: readonly Uint8Array[];
}

/** Valid messages of all kinds, the same for the same seed. */
export function materialOf(seed: number, count: number): Material {
  const options = { seed, count, room: 'main' };
  return {
    lobby: validMessages(lobby.lobbyRequest, LobbyRequest, options),
    room: validMessages(lobby.roomRequest, RoomRequest, options),
    reports: validMessages(room.report, Report, options),
    clock: validMessages(clock.clockRequest, ClockRequest, options),
  };
}

/** Who attacks. */
export interface Attackers {
  readonly stranger: Party;
  readonly speaker: Party;
  readonly guest: Party;
  readonly member: Party;
}

/** Every way into a coordinator, with and without keys. */
export async function allChannels(
  home: Household,
  parties: Parties,
  attackers: Attackers,
  material: Material,
): Promise<Channel[]> {
  const { stranger, speaker, guest, member } = attackers;
  const media = mediaPort(home.port);
  const inputs = await httpInputs(home, parties, member);
  const sockets = [home.port, clockPort(home.port), ...Object.values(roomPorts(home.port, 0))];
  return [
    ...[stranger, speaker, guest, member].map((party) => lobbyAs(party, home.port, material)),
    ...speakersChannels(speaker, home.port, material),
    ...(await Promise.all(sockets.map((port) => rawAt(port, speaker, home.port)))),
    new RawChannel({
      name: 'HTTP',
      share: 1,
      port: media,
      valid: httpRequest(inputs),
      unchanged: 0.5,
      words: { '{hash}': inputs.hash, '{token}': inputs.tokens.at(-1) ?? '' },
      goesOn: true,
    }),
    new UploadChannel(0.02, media, parties.clientOf(member)),
  ];
}

/** To the sockets that only speakers are let in at. */
function speakersChannels(party: Party, lobbyPort: number, material: Material): Channel[] {
  const { eventsPort, requestsPort, reportsPort } = roomPorts(lobbyPort, 0);
  const clock = { share: 6, port: clockPort(lobbyPort), wrapping: 'request', valid: material.clock } as const;
  const room = { share: 5, port: requestsPort, wrapping: 'request', valid: material.room } as const;
  const reports = { share: 5, port: reportsPort, wrapping: 'report', valid: material.reports } as const;
  const events = { share: 1, port: eventsPort, wrapping: 'subscription', valid: material.clock } as const;
  return [
    new MessageChannel({ name: 'clock as speaker', party, ...clock }),
    new MessageChannel({ name: 'room as speaker', party, problemOf: roomProblem, ...room }),
    new MessageChannel({ name: 'reports as speaker', party, ...reports }),
    new MessageChannel({ name: 'events as speaker', party, ...events }),
  ];
}

function lobbyAs(party: Party, port: number, { lobby }: Material): Channel {
  const problemOf = (reply: Uint8Array) => lobbyProblem(reply, LOBBY_REPLIES[party.name]);
  return new MessageChannel({
    name: `lobby as ${party.name}`,
    share: 4,
    port,
    party,
    wrapping: 'request',
    valid: lobby,
    problemOf,
  });
}

async function rawAt(port: number, party: Party, lobbyPort: number): Promise<Channel> {
  const valid = openings(await recordedOpening(port, party));
  return new RawChannel({
    name: `TCP at P + ${port - lobbyPort}`,
    share: 0.5,
    port,
    valid,
    unchanged: 0.1,
    goesOn: false,
  });
}

async function httpInputs(home: Household, parties: Parties, member: Party): Promise<HttpInputs> {
  const hash = sha256(await readFile(TRACK));
  const client = parties.clientOf(member);
  try {
    const replies = await Promise.all(
      [true, false].map((upload) => client.request({ kind: 'getMediaToken', hash, upload }, 15_000)),
    );
    const tokens = replies.map((reply) => (reply.kind === 'mediaToken' ? reply.token : reply.kind));
    await home.do('add', TRACK);
    return { hash, tokens };
  } finally {
    client.stop();
  }
}
