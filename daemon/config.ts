import { readFileSync } from 'node:fs';
import { parse } from 'smol-toml';
import * as v from 'valibot';
import { messageOf } from './errno.ts';

/** Settings that can't be used. The message has one line for each of them, all at once. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Where settings come from, beside the defaults. A later one wins. */
export interface ConfigSources {
  /** Path of a TOML file whose keys are the flags without their dashes: `data-dir = "/srv/jam"`. */
  readonly file?: string | undefined;
  /** Looked through for JAM_ and the flag in capitals: JAM_DATA_DIR. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What the command line has given, by camel-case name: `dataDir`. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** A setting and where it was found, for messages. */
interface Given {
  readonly value: unknown;
  readonly where: string;
}

/** A setting's schema for a whole number, as TOML's number or as text, from min to max. */
export function wholeNumber(min: number, max: number) {
  const digits = v.pipe(v.string(), v.regex(/^[+-]?\d+$/), v.transform(Number));
  return v.message(
    v.pipe(v.union([v.number(), digits]), v.integer(), v.minValue(min), v.maxValue(max)),
    `a whole number from ${min} to ${max} is expected`,
  );
}

/** A setting's schema for one of a few words. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return v.picklist(words, `one of ${words.join(', ')} is expected`);
}

/**
 * One checked object out of `defaults < file < environment < flags`.
 * @param entries the settings' schemas, by camel-case name
 * @throws {ConfigError} naming every wrong key and value with its source, and what would be right
 */
export function readConfig<const Entries extends v.ObjectEntries>(
  entries: Entries,
  defaults: Readonly<Record<string, unknown>>,
  sources: ConfigSources,
): v.InferOutput<v.ObjectSchema<Entries, undefined>> {
  const keys = Object.keys(entries);
  const file = sources.file === undefined ? { given: new Map(), problems: [] } : readFile(sources.file, keys);
  const given = new Map<string, Given>([
    ...fromDefaults(defaults),
    ...file.given,
    ...fromEnvironment(sources.environment, keys),
    ...fromFlags(sources.flags, keys),
  ]);
  const values = Object.fromEntries([...given].map(([key, { value }]) => [key, value]));
  const result = v.safeParse(v.object(entries), values);
  const wrong =
    result.issues?.map((issue) => describe(String(issue.path?.[0].key), given, issue.message)) ?? [];
  const problems = [...file.problems, ...wrong];
  if (!result.success || problems.length > 0) throw new ConfigError(problems.join('\n'));
  return result.output;
}

function describe(key: string, given: Map<string, Given>, expected: string): string {
  const found = given.get(key);
  if (!found) return `${flagOf(key)} is missing (or ${environmentOf(key)}, or ${fileKeyOf(key)} in the file)`;
  return `${found.where} = ${JSON.stringify(found.value)}: ${expected}`;
}

function readFile(path: string, keys: string[]): { given: Map<string, Given>; problems: string[] } {
  const text = readText(path);
  const given = new Map<string, Given>();
  const problems: string[] = [];
  for (const [fileKey, value] of Object.entries(parseToml(path, text))) {
    const where = `${path}:${lineOf(text, fileKey)}: ${fileKey}`;
    const key = keys.find((known) => fileKeyOf(known) === fileKey);
    if (key) given.set(key, { value, where });
    else problems.push(`${where} is not a setting; these are: ${keys.map(fileKeyOf).join(', ')}`);
  }
  return { given, problems };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`the configuration file can't be read: ${messageOf(error)}`);
  }
}

function parseToml(path: string, text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    throw new ConfigError(`${path} is not TOML: ${messageOf(error)}`);
  }
}

// smol-toml tells lines for syntax errors only.
function lineOf(text: string, fileKey: string): number {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.replaceAll(/["'\s[\]]/g, '').split(/[=.]/)[0] === fileKey);
  return at + 1;
}

function fromDefaults(defaults: Readonly<Record<string, unknown>>): [string, Given][] {
  return Object.entries(defaults).map(([key, value]) => [key, { value, where: `the default ${key}` }]);
}

function fromEnvironment(environment: ConfigSources['environment'], keys: string[]): [string, Given][] {
  return keys.flatMap((key): [string, Given][] => {
    const value = environment[environmentOf(key)];
    return value === undefined ? [] : [[key, { value, where: environmentOf(key) }]];
  });
}

function fromFlags(flags: ConfigSources['flags'], keys: string[]): [string, Given][] {
  return keys.flatMap((key): [string, Given][] => {
    const value = flags[key];
    return value === undefined ? [] : [[key, { value, where: flagOf(key) }]];
  });
}

const fileKeyOf = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const flagOf = (key: string): string => `--${fileKeyOf(key)}`;
const environmentOf = (key: string): string => `JAM_${fileKeyOf(key).replaceAll('-', '_').toUpperCase()}`;
