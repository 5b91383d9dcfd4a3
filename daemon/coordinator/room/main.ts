import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { clockId } from '../../clock/clock-id.ts';
import { wholeNumber } from '../../config.ts';
import { messageOf } from '../../errno.ts';
import { monotonicClock } from '../../local-clock.ts';
import { createLogger, LOG_LEVELS } from '../../log.ts';
import { RoomProcess } from './room-process.ts';

// A room process, started by the coordinator's room supervisor and living no longer than it.

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    'room-id': text,
    name: text,
    listen: text,
    'events-port': text,
    database: text,
    'log-level': text,
  },
});
const port = wholeNumber(1, 65_533);
const options = v.parse(
  v.object({
    'room-id': v.string(),
    name: v.string(),
    listen: v.string(),
    'events-port': port,
    database: v.string(),
    'log-level': v.picklist(LOG_LEVELS),
  }),
  values,
);
const eventsPort = options['events-port'];
const logger = await createLogger(options['log-level'], options.name);
const room = new RoomProcess(
  {
    roomId: options['room-id'],
    name: options.name,
    listen: options.listen,
    ports: { eventsPort, requestsPort: eventsPort + 1, reportsPort: eventsPort + 2 },
    database: options.database,
  },
  monotonicClock,
  clockId(),
  logger,
);

function stop(): void {
  room.stop();
  process.exit(0);
}

// Ctrl-C reaches the whole process group; the supervisor ends its rooms itself.
process.on('SIGINT', () => {});
process.on('SIGTERM', stop);
process.on('disconnect', stop);
process.on('uncaughtException', (error) => {
  logger.error({ err: error }, `the room failed: ${messageOf(error)}`);
  process.exit(1);
});

try {
  await room.start();
  process.send?.('ready');
} catch (error) {
  logger.error(`the room can't start: ${messageOf(error)}`);
  process.exit(1);
}
