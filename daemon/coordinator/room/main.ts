import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { clockId } from '../../clock/clock-id.ts';
import { wholeNumber } from '../../config.ts';
import { messageOf } from '../../errno.ts';
import { monotonicClock } from '../../local-clock.ts';
import { createLogger, LOG_LEVELS } from '../../log.ts';
import type { Logger } from '../../logger.ts';
import { type PublicKey, parsePublicKey } from '../../security/keys.ts';
import { readOwnPair } from '../keys/key-store.ts';
import { HERE, READY, type RoomMessage } from '../room-messages.ts';
import { type RoomKeys, RoomProcess } from './room-process.ts';

const text = { type: 'string' } as const;
const schema = v.object({
  'room-id': v.string(),
  name: v.string(),
  listen: v.string(),
  'events-port': wholeNumber(1, 65_533),
  database: v.string(),
  'log-level': v.picklist(LOG_LEVELS),
  /** The file with the room's pair; empty: there are no keys. */
  keys: v.string(),
  /** The lobby's public key; empty: the same as the room's. */
  lobby: v.string(),
  /** SPEAKER=KEY,… */
  members: v.string(),
});

/** A room process: started by the coordinator's room supervisor, and living no longer than it. */
async function main(): Promise<void> {
  const options = readArguments();
  const logger = await createLogger(options['log-level'], options.name);
  const eventsPort = options['events-port'];
  const ports = { eventsPort, requestsPort: eventsPort + 1, reportsPort: eventsPort + 2 };
  const { 'room-id': roomId, name, listen, database } = options;
  const keys = options.keys === '' ? undefined : roomKeys(options);
  const room = new RoomProcess(
    { roomId, name, listen, ports, database, keys },
    monotonicClock,
    clockId(),
    logger,
  );
  endWithParent(room, logger);
  try {
    await room.start();
    tell(READY);
    process.on('message', () => tell(HERE));
  } catch (error) {
    logger.error(`the room can't start: ${messageOf(error)}`);
    tell({ cannotStart: messageOf(error) }, () => process.exit(1));
  }
}

// Without a supervisor, as when somebody tries a room by hand, nobody is told.
function tell(message: RoomMessage, then = () => {}): void {
  if (process.send) process.send(message, undefined, undefined, then);
  else then();
}

function readArguments(): v.InferOutput<typeof schema> {
  const names = Object.keys(schema.entries);
  const { values } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, text])) });
  return v.parse(schema, values);
}

/** A room has the pair of the program that runs it; on the coordinator's own host that is its lobby's, too. */
function roomKeys({ keys, lobby, members }: v.InferOutput<typeof schema>): RoomKeys {
  const own = readOwnPair(keys);
  const entries = members.split(',').flatMap((entry): [PublicKey, string][] => {
    const [speakerId = '', text = ''] = entry.split('=');
    const key = parsePublicKey(text);
    return key ? [[key, speakerId]] : [];
  });
  return { own, lobby: parsePublicKey(lobby) ?? own.publicKey, members: new Map(entries) };
}

function endWithParent(room: RoomProcess, logger: Logger): void {
  const stop = () => {
    room.stop();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('disconnect', stop);
  // Ctrl-C reaches the whole process group; the supervisor ends its rooms itself.
  process.on('SIGINT', () => {});
  process.on('uncaughtException', (error) => {
    logger.error({ err: error }, `the room failed: ${messageOf(error)}`);
    process.exit(1);
  });
}

// The coordinator imports this file only to have it compiled, see room-supervisor.ts.
if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
