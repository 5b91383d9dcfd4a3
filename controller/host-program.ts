import type { Command } from 'commander';
import { command, type Run } from './define-command.ts';

const hosts = () => import('./commands/hosts.ts');

/** Adds the commands about room hosts: other hosts that run rooms. */
export function addHostCommands(program: Command, run: Run): void {
  command(program, 'hosts', 'show the room hosts: other hosts that run rooms', 'hosts').action(() =>
    run(async (s) => (await hosts()).hosts(s)),
  );
  const host = program.command('host').description('adopt or forget a room host');
  command(
    host,
    'adopt <name>',
    'adopt a room host that waits for it, once it shows the code that stands in its log',
    'host adopt loft --code 123456',
  )
    .requiredOption('--code <code>', 'the six digits that the room host logs')
    .action((name: string, { code }: { code: string }) =>
      run(async (s) => (await hosts()).adoptHost(s, name, code)),
    );
  command(
    host,
    'forget <name>',
    'forget a room host that runs no room: it runs none until it is adopted again',
    'host forget loft',
  ).action((name: string) => run(async (s) => (await hosts()).forgetHost(s, name)));
}
