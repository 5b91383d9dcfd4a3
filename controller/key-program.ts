import type { Command } from 'commander';
import { command, type Run } from './define-command.ts';

const keys = () => import('./commands/keys.ts');

/** Adds the commands about speakers' keys below `speaker`. */
export function addSpeakerKeyCommands(speaker: Command, run: Run): void {
  command(
    speaker,
    'adopt <name>',
    'adopt a speaker that waits for it, once it shows the code that stands in its log',
    'speaker adopt shelf --code 123456',
  )
    .requiredOption('--code <code>', 'the six digits that the speaker logs')
    .action((name: string, { code }: { code: string }) =>
      run(async (s) => (await keys()).adoptSpeaker(s, name, code)),
    );
  command(
    speaker,
    'forget <name>',
    'forget a speaker: it plays no more until it is adopted again',
    'speaker forget shelf',
  ).action((name: string) => run(async (s) => (await keys()).forgetSpeaker(s, name)));
}

/** Adds the commands about the coordinator's key. */
export function addKeyCommands(program: Command, run: Run): void {
  const key = program.command('key').description("show, renew or forget the coordinator's key");
  command(key, 'show', "show the coordinator's key as this device knows it", 'key show').action(() =>
    run(async (s) => (await keys()).showKey(s)),
  );
  command(key, 'rotate', 'give the coordinator a new key, from its next start on', 'key rotate').action(() =>
    run(async (s) => (await keys()).rotateKey(s)),
  );
  command(
    key,
    'forget',
    "forget the coordinator's key on this device, to meet it anew after its key has changed",
    'key forget',
  ).action(() => run(async (s) => (await keys()).forgetKey(s)));
}
