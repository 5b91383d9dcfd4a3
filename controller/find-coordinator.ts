import type { Sighting } from '../daemon/net/discovery/announcement.ts';
import { DEFAULT_PORT, type Place, parseCoordinator } from '../daemon/net/discovery/place.ts';
import { CommandError } from './exit-codes.ts';
import { listensHere } from './listening.ts';
import { probe } from './reachability.ts';

/** A connection at home takes less. */
const PROBE_MS = 500;
/** As long as it takes a coordinator on Wi-Fi to answer, and others after it. */
const LOOK_MS = { noneMs: 1000, settleMs: 400 };

const HERE: Place = { host: 'localhost', port: DEFAULT_PORT };

/**
 * Where the coordinator is that is meant. A fixed address is taken as it is; a word may be a host or a coordinator's
 * name; without any it's the one on this host, else the only one that announces itself on the network.
 * @param text as given with --coordinator
 * @throws {CommandError} USAGE, when it's nothing of these or several coordinators are meant
 */
export async function findCoordinator(text: string | undefined): Promise<Place> {
  const wanted = text === undefined ? ({ kind: 'any' } as const) : parseCoordinator(text);
  if (!wanted) {
    const expected = 'give HOST, HOST:PORT, or what it is called';
    throw new CommandError('USAGE', `'${text}' is no address of a coordinator: ${expected}`);
  }
  if (wanted.kind === 'place') return wanted.place;
  if (wanted.kind === 'any' && listensHere(DEFAULT_PORT)) return HERE;
  const name = wanted.kind === 'name' ? wanted.name : undefined;
  const near = name === undefined ? HERE : { host: name, port: DEFAULT_PORT };
  if (!/\s/.test(near.host) && (await probe(near, PROBE_MS)) === 'open') return near;
  const { choose, describeSightings } = await import('../daemon/net/discovery/choose.ts');
  const choice = choose(await coordinatorsHere(), { name });
  // With none it's the address that would have been asked, and how that fails tells what is wrong.
  if (choice.kind === 'none') return near;
  if (choice.kind === 'one') return { host: choice.sighting.host, port: choice.sighting.port };
  const { length } = choice.sightings;
  const which = `${length} coordinators are here: ${describeSightings(choice.sightings)}`;
  throw new CommandError(
    'USAGE',
    `${which}. Say which one with --coordinator NAME or HOST, or JAM_COORDINATOR`,
  );
}

/** The coordinators that announce themselves on the networks of this host. */
export async function coordinatorsHere(): Promise<Sighting[]> {
  const { browse } = await import('../daemon/net/discovery/browse.ts');
  return browse(LOOK_MS);
}
