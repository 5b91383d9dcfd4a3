import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as v from 'valibot';

/** What is packaged: the last commit, whatever else lies in the work tree. */
export interface Revision {
  readonly commit: string;
  /** Of the commit, s since 1970; all times in a package are this one. */
  readonly timeS: number;
  /** Debian's: 0.1.0 where the commit has the tag v0.1.0, else 0.1.0+git20261122155623.e6f8ba8, which is later. */
  readonly version: string;
  /** Who has made the commit, as Name <address>. */
  readonly author: string;
}

const packageFile = v.object({ version: v.string() });

/** @throws {Error} outside of a git checkout */
export function lastRevision(projectDir: string): Revision {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: projectDir, encoding: 'utf8' }).trim();
  const [commit = '', time = '', author = ''] = git('log', '-1', '--format=%H%n%ct%n%an <%ae>').split('\n');
  const timeS = Number(time);
  const { version } = v.parse(packageFile, JSON.parse(readFileSync(`${projectDir}/package.json`, 'utf8')));
  const released = git('tag', '--points-at', commit).split('\n').includes(`v${version}`);
  return {
    commit,
    timeS,
    author,
    version: released ? version : `${version}+git${stamp(timeS)}.${commit.slice(0, 7)}`,
  };
}

/** Writes the commit's files below a directory. */
export function exportRevision(projectDir: string, { commit }: Revision, toDir: string): void {
  const archive = execFileSync('git', ['archive', commit], { cwd: projectDir, maxBuffer: 2 ** 30 });
  execFileSync('tar', ['-x', '-C', toDir], { input: archive });
}

/** As 20261122155623, UTC. */
const stamp = (timeS: number): string =>
  new Date(timeS * 1000).toISOString().replaceAll(/\D/g, '').slice(0, 14);
