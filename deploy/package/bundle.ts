import { copyFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { ZEROMQ_BINARY } from './needed-files.ts';

/** A module that a library loads at every start and jamctl has no use for, and the code that stands in for it. */
interface Replacement {
  readonly module: string;
  readonly importedBy: string;
  readonly code: string;
}

const REPLACEMENTS: readonly Replacement[] = [
  // For commands that are programs of their own: jamctl has none, and it takes 7 ms.
  { module: 'node:child_process', importedBy: 'commander', code: 'module.exports = {};' },
  // It looks for the binary that fits, which takes 6 ms.
  {
    module: './load-addon',
    importedBy: 'zeromq',
    code: `module.exports = require(\`zeromq/build/linux/\${process.arch}/node/${ZEROMQ_BINARY}/addon.node\`);`,
  },
];

/** What starts the bundle, and what compiles it once it is where it stays; see there. */
const COMPANIONS = ['start.cjs', 'compile.cjs'];
const companionsDir = fileURLToPath(new URL('jamctl/', import.meta.url));

/**
 * Puts jamctl, with all that it imports, into one file, and beside it what starts that. The same sources and
 * dependencies make the same bytes. It finds zeromq's and koffi's binaries in a node_modules above it.
 * @param sourceDir the project's files, with node_modules
 * @param outDir an absolute path; gets start.cjs, which is jamctl; made if need be
 * @throws {Error} when something can't be bundled, or a library no longer loads what is replaced
 */
export async function bundleJamctl(sourceDir: string, outDir: string): Promise<void> {
  mkdirSync(outDir, { recursive: true });
  const replaced = new Set<Replacement>();
  await build({
    absWorkingDir: sourceDir,
    entryPoints: ['controller/main.ts'],
    outfile: `${outDir}/jamctl.cjs`,
    bundle: true,
    platform: 'node',
    target: 'node24',
    // Not ESM: importing one of Node's own modules there evaluates all that it exports.
    format: 'cjs',
    external: ['koffi'],
    // What is imported when it is needed is required then, and not by Node's loader of ESM.
    supported: { 'dynamic-import': false },
    // Paths in it are from sourceDir on, wherever node_modules really is.
    preserveSymlinks: true,
    // A function, which start.cjs gives its require().
    banner: { js: '(function (require) {' },
    footer: { js: '})' },
    plugins: [replacing(replaced)],
    logLevel: 'silent',
  });
  const missed = REPLACEMENTS.find((one) => !replaced.has(one));
  if (missed)
    throw new Error(`${missed.importedBy} no longer loads ${missed.module}: see ${import.meta.url}`);
  for (const name of COMPANIONS) copyFileSync(`${companionsDir}${name}`, `${outDir}/${name}`);
}

/** @param replaced gets those that were */
function replacing(replaced: Set<Replacement>): Plugin {
  return {
    name: 'replacing',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(node:child_process|.\/load-addon)$/ }, ({ path, importer }) => {
        const found = REPLACEMENTS.find(
          ({ module, importedBy }) => module === path && importer.includes(`/node_modules/${importedBy}/`),
        );
        return found && { path, namespace: 'replaced', pluginData: found };
      });
      onLoad({ filter: /./, namespace: 'replaced' }, ({ pluginData }: { pluginData: Replacement }) => {
        replaced.add(pluginData);
        return { contents: pluginData.code };
      });
    },
  };
}
