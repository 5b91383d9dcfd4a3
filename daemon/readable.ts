import { readdirSync, readFileSync } from 'node:fs';

// For what comes and goes while one looks (processes, sound cards), or may not be looked into.

/** A file's text; empty when it can't be read. */
export function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The names in a folder; none when it can't be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
