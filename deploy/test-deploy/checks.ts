import type { Machine } from './machine.ts';
import { must } from './run.ts';

/** One thing that was tried, for the report. */
export interface Outcome {
  readonly what: string;
  /** What was seen; of a failure, why. */
  readonly seen: string;
  readonly ok: boolean;
}

/** Tries things one after the other and keeps what came of each. After the first that fails the others are not tried. */
export class Checks {
  readonly outcomes: Outcome[] = [];
  #failed = false;

  get failed(): boolean {
    return this.#failed;
  }

  /** @param look returns what is to be said of it, and throws where it isn't as it should be */
  async check(what: string, look: () => Promise<string>): Promise<void> {
    if (this.#failed) return;
    try {
      this.#add({ what, seen: await look(), ok: true });
    } catch (error) {
      this.#failed = true;
      this.#add({ what, seen: error instanceof Error ? error.message : String(error), ok: false });
    }
  }

  #add(outcome: Outcome): void {
    this.outcomes.push(outcome);
    console.log(`  ${outcome.ok ? '✔' : '✘'} ${outcome.what}: ${outcome.seen}`);
  }
}

/** @throws {Error} with the sentence, when something isn't so */
export function expect(isSo: boolean, sentence: string): void {
  if (!isSo) throw new Error(sentence);
}

/** The same package with a higher version. Returns its file. */
export async function newerPackage(deb: string, dir: string): Promise<string> {
  const file = `${dir}/newer.deb`;
  await must('rm', '-rf', `${dir}/newer`);
  await must('dpkg-deb', '-R', deb, `${dir}/newer`);
  await must('sed', '-i', 's/^Version: .*/&+newer/', `${dir}/newer/DEBIAN/control`);
  await must('dpkg-deb', '--root-owner-group', '-Zgzip', '-z1', '--build', `${dir}/newer`, file);
  return file;
}

/** What a unit is doing now, by systemd's properties. */
export async function unitState(machine: Machine, unit: string) {
  const names = ['ActiveState', 'SubState', 'MainPID', 'NRestarts', 'StatusText', 'Result'] as const;
  const output = await machine.must(`systemctl show ${unit} --property ${names.join(',')}`);
  const values = new Map(
    output.split('\n').map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]),
  );
  const of = (name: (typeof names)[number]): string => values.get(name) ?? '';
  return {
    active: of('ActiveState'),
    sub: of('SubState'),
    pid: Number(of('MainPID')),
    restarts: Number(of('NRestarts')),
    status: of('StatusText'),
    result: of('Result'),
  };
}
