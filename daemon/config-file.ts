import { readFileSync } from 'node:fs';
import { closestMatch } from 'leven';
import { parse, TomlError } from 'smol-toml';
import { messageOf } from './errno.ts';

/** A setting as it was found: its value, not yet checked, and the place, for people. */
export interface Given {
  readonly value: unknown;
  /** Such as `/etc/jam/speaker.toml:3`. */
  readonly source: string;
  /** The place and the setting's name there, for messages: `/etc/jam/speaker.toml:3: data-dir`. */
  readonly where: string;
}

/** What a configuration file says, and what of it can't be used, a line each. */
export interface ConfigFile {
  readonly given: ReadonlyMap<string, Given>;
  readonly problems: readonly string[];
}

/** As many letters may be wrong in a key for a suggestion. */
const MAX_TYPOS = 3;

/**
 * Reads a TOML file of settings.
 * @param keys the settings' names there, such as data-dir; given is by the same
 */
export function readConfigFile(path: string, keys: readonly string[]): ConfigFile {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
    return sortKeys(path, text, parse(text), keys);
  } catch (error) {
    return { given: new Map(), problems: [describeFailure(path, error)] };
  }
}

function describeFailure(path: string, error: unknown): string {
  if (!(error instanceof TomlError)) return `the configuration file can't be read: ${messageOf(error)}`;
  const reason = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '');
  return `${path}:${error.line}:${error.column}: this is not TOML: ${reason}; what is expected: port = 7400, name = "attic"`;
}

function sortKeys(
  path: string,
  text: string,
  table: Record<string, unknown>,
  keys: readonly string[],
): ConfigFile {
  const given = new Map<string, Given>();
  const problems: string[] = [];
  for (const [key, value] of Object.entries(table)) {
    const source = `${path}:${lineOf(text, key)}`;
    const where = `${source}: ${key}`;
    if (keys.includes(key)) given.set(key, { value, source, where });
    else problems.push(`${where} is not a setting; ${suggestion(key, value, keys)}`);
  }
  return { given, problems };
}

function suggestion(key: string, value: unknown, keys: readonly string[]): string {
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
  const inside = isTable ? Object.keys(value).filter((name) => keys.includes(name)) : [];
  if (inside.length > 0) return `write ${inside.join(' and ')} without [${key}] above`;
  const maxDistance = Math.min(MAX_TYPOS, Math.floor(key.length / 2));
  const closest = closestMatch(key.toLowerCase().replaceAll('_', '-'), keys, { maxDistance });
  return closest ? `did you mean ${closest}?` : `these are: ${keys.join(', ')}`;
}

// smol-toml tells lines for syntax errors only. Settings stand at the beginning of a line.
function lineOf(text: string, key: string): number {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.replaceAll(/["'\s[\]]/g, '').split(/[=.]/)[0] === key);
  return at + 1;
}
