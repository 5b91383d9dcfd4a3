import { closestMatch } from 'leven';
import { stringify } from 'smol-toml';
import * as v from 'valibot';
import { type Given, readConfigFile } from './config-file.ts';

/** As many letters may be wrong in a variable, and no more than a third: there are other programs' with JAM_, too. */
const MAX_TYPOS = 2;

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
  const { given, problems } = gather(Object.keys(entries), defaults, sources);
  const values = Object.fromEntries([...given].map(([key, { value }]) => [key, value]));
  const result = v.safeParse(v.object(entries), values);
  const wrong = result.issues?.map((issue) => describe(String(issue.path?.[0].key), given, issue)) ?? [];
  const all = [...problems, ...wrong];
  if (!result.success || all.length > 0) throw new ConfigError(all.join('\n'));
  return result.output;
}

/**
 * The settings that readConfig gives, as TOML for people: a line each, with where it comes from.
 * @throws {ConfigError} as readConfig
 */
export function explainConfig(
  entries: v.ObjectEntries,
  defaults: Readonly<Record<string, unknown>>,
  sources: ConfigSources,
): string {
  const checked: Readonly<Record<string, unknown>> = readConfig(entries, defaults, sources);
  const { given } = gather(Object.keys(entries), defaults, sources);
  const lines = Object.keys(entries).map((key) => {
    const found = given.get(key);
    if (!found) return { setting: `# ${fileKeyOf(key)}`, source: 'not set' };
    // A number that came as text is shown as the number it is; what was parsed further, as it was given.
    const value = typeof checked[key] === 'object' ? found.value : (checked[key] ?? found.value);
    return { setting: stringify({ [fileKeyOf(key)]: value }).trim(), source: found.source };
  });
  const width = Math.max(...lines.map(({ setting }) => setting.length));
  return lines.map(({ setting, source }) => `${setting.padEnd(width)}  # ${source}\n`).join('');
}

function gather(keys: string[], defaults: Readonly<Record<string, unknown>>, sources: ConfigSources) {
  const file = sources.file === undefined ? undefined : readConfigFile(sources.file, keys.map(fileKeyOf));
  const given = new Map<string, Given>();
  for (const key of keys) {
    const found =
      fromFlags(sources.flags, key) ??
      fromEnvironment(sources.environment, key) ??
      file?.given.get(fileKeyOf(key)) ??
      fromDefaults(defaults, key);
    if (found) given.set(key, found);
  }
  return { given, problems: [...(file?.problems ?? []), ...misspelt(sources.environment, keys)] };
}

function misspelt(environment: ConfigSources['environment'], keys: string[]): string[] {
  const settings = keys.map(environmentOf);
  const others = Object.keys(environment).filter((name) => /^JAM_/i.test(name) && !settings.includes(name));
  return others.flatMap((name) => {
    const maxDistance = Math.min(MAX_TYPOS, Math.floor((name.length - 'JAM_'.length) / 3));
    const closest = closestMatch(name.toUpperCase(), settings, { maxDistance });
    return closest ? [`${name} is not a setting; did you mean ${closest}?`] : [];
  });
}

function describe(key: string, given: Map<string, Given>, issue: v.BaseIssue<unknown>): string {
  const found = given.get(key);
  if (!found) return `${flagOf(key)} is missing (or ${environmentOf(key)}, or ${fileKeyOf(key)} in the file)`;
  const textExpected = issue.type === 'string' && issue.message.startsWith('Invalid type');
  return `${found.where} = ${shown(found.value)}: ${textExpected ? 'text in quotes is expected' : issue.message}`;
}

// JSON has no nan and inf, which TOML has.
const shown = (value: unknown): string => (typeof value === 'number' ? `${value}` : JSON.stringify(value));

function fromDefaults(defaults: Readonly<Record<string, unknown>>, key: string): Given | undefined {
  const value = defaults[key];
  return value === undefined ? undefined : { value, source: 'default', where: `the default ${key}` };
}

function fromEnvironment(environment: ConfigSources['environment'], key: string): Given | undefined {
  const name = environmentOf(key);
  const value = environment[name];
  return value === undefined ? undefined : { value, source: `environment ${name}`, where: name };
}

function fromFlags(flags: ConfigSources['flags'], key: string): Given | undefined {
  const value = flags[key];
  return value === undefined ? undefined : { value, source: `flag ${flagOf(key)}`, where: flagOf(key) };
}

const fileKeyOf = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const flagOf = (key: string): string => `--${fileKeyOf(key)}`;
const environmentOf = (key: string): string => `JAM_${fileKeyOf(key).replaceAll('-', '_').toUpperCase()}`;
