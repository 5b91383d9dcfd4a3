import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Architecture } from './architecture.ts';

/**
 * Installs what the lock file names for an architecture, also a foreign one, and returns the node_modules
 * directory. What was installed before for the same lock file is used again.
 * @param sourceDir where package.json and package-lock.json are
 */
export function installDependencies(sourceDir: string, { npm }: Architecture, buildDir: string): string {
  const key = createHash('sha256');
  for (const file of ['package.json', 'package-lock.json']) key.update(readFileSync(`${sourceDir}/${file}`));
  const dir = `${buildDir}/npm-${npm}`;
  const stamp = `${dir}/installed`;
  const wanted = key.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return `${dir}/node_modules`;
  mkdirSync(dir, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    copyFileSync(`${sourceDir}/${file}`, `${dir}/${file}`);
  const target = [`--cpu=${npm}`, '--os=linux', '--libc=glibc'];
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['ci', ...target, '--omit=dev', '--include=optional', '--ignore-scripts', ...quiet], {
    cwd: dir,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  writeFileSync(stamp, wanted);
  return `${dir}/node_modules`;
}
