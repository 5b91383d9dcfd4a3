import { readFileSync } from 'node:fs';
import * as v from 'valibot';

const packageFile = v.object({ version: v.string() });

/** The program's version, from package.json. */
export const version: string = v.parse(
  packageFile,
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')),
).version;
