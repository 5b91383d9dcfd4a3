import { hostname } from 'node:os';
import * as v from 'valibot';
import { type ConfigSources, explainConfig, oneOf, readConfig, wholeNumber } from '../config.ts';
import { LOG_LEVELS } from '../log.ts';
import { parseCoordinator } from '../net/discovery/place.ts';
import { CHANNEL_CHOICES } from './playout/channel-stream.ts';
import { parseSinkSpec, SinkSpecError } from './playout/sinks/sink-spec.ts';

/** The largest --delay-ms; more is an error in the unit. */
const maxDelayMs = 5000;

const decimal = v.message(
  v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^[+-]?\d+(\.\d+)?$/), v.transform(Number))]),
    v.minValue(-maxDelayMs),
    v.maxValue(maxDelayMs),
  ),
  `a number of ms from -${maxDelayMs} to ${maxDelayMs} is expected`,
);

const name = v.pipe(
  v.string(),
  v.check(
    (s) => s.length > 0 && s.length <= 64 && s === s.trim() && !/\p{C}/u.test(s),
    'a name of 1 to 64 characters, without spaces around it, is expected',
  ),
);

/** HOST, HOST:PORT (an IPv6 address in brackets), or what a coordinator calls itself. */
const coordinator = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const wanted = parseCoordinator(dataset.value);
    if (wanted) return wanted;
    addIssue({ message: "HOST, HOST:PORT or a coordinator's name is expected" });
    return NEVER;
  }),
);

const sink = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return parseSinkSpec(dataset.value);
    } catch (error) {
      if (!(error instanceof SinkSpecError)) throw error;
      addIssue({ message: error.message });
      return NEVER;
    }
  }),
);

/** A name, or yes or no: TOML has words for these, the environment only text. */
const mixer = v.message(
  v.union([
    v.boolean(),
    v.pipe(
      v.picklist(['true', 'false']),
      v.transform((word) => word === 'true'),
    ),
    v.pipe(v.string(), v.minLength(1)),
  ]),
  "true, false or a control's name is expected",
);

const entries = {
  name,
  coordinator: v.exactOptional(coordinator),
  device: v.string(),
  sink,
  delayMs: v.exactOptional(decimal),
  bufferMs: wholeNumber(60, 240),
  channels: oneOf(CHANNEL_CHOICES),
  mixer,
  idleCloseS: wholeNumber(0, 86_400),
  cacheDir: v.string(),
  cacheMb: wholeNumber(16, 1_000_000),
  logLevel: oneOf(LOG_LEVELS),
};

/** The speaker's settings, checked. */
export type SpeakerConfig = ReturnType<typeof readSpeakerConfig>;

/**
 * Reads the speaker's settings: defaults < TOML file < environment < flags.
 * @throws {ConfigError} naming everything that is wrong
 */
export function readSpeakerConfig(flags: ConfigSources['flags'], environment: ConfigSources['environment']) {
  return readConfig(entries, defaultsIn(environment), sourcesOf(flags, environment));
}

/**
 * The same settings as TOML for people, each with where it comes from.
 * @throws {ConfigError} naming everything that is wrong
 */
export function explainSpeakerConfig(
  flags: ConfigSources['flags'],
  environment: ConfigSources['environment'],
): string {
  return explainConfig(entries, defaultsIn(environment), sourcesOf(flags, environment));
}

function sourcesOf(flags: ConfigSources['flags'], environment: ConfigSources['environment']): ConfigSources {
  return { file: typeof flags.config === 'string' ? flags.config : undefined, environment, flags };
}

function defaultsIn(environment: ConfigSources['environment']) {
  return {
    name: hostname(),
    device: 'default',
    sink: 'alsa',
    bufferMs: 150,
    channels: 'stereo',
    mixer: false,
    idleCloseS: 300,
    cacheDir: defaultCacheDir(environment),
    cacheMb: 512,
    logLevel: 'info',
  };
}

function defaultCacheDir(environment: ConfigSources['environment']): string {
  return environment.CACHE_DIRECTORY ?? homeCacheDir(environment);
}

/** The cache directory of a speaker that a person starts. */
export function homeCacheDir({ XDG_CACHE_HOME, HOME }: ConfigSources['environment']): string {
  return `${XDG_CACHE_HOME ?? `${HOME ?? '/tmp'}/.cache`}/jam`;
}
