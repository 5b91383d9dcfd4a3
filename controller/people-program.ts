import type { Command } from 'commander';
import { command, type Run } from './define-command.ts';

const people = () => import('./commands/people.ts');
const sessions = () => import('./commands/sessions.ts');

/** Adds the commands about people: who is who, who is logged in, who is where, and who did what. */
export function addPeopleCommands(program: Command, run: Run): void {
  addSessionCommands(program, run);
  addUserCommands(program, run);
  command(
    program,
    'join <room>',
    'be in a room, and show it live as watch does, until Ctrl-C or "jamctl leave"',
    'join kitchen',
  ).action((room: string) => run(async (s) => (await import('./commands/join.ts')).join(s, room)));
  command(program, 'leave', 'leave the room that was joined, from anywhere', 'leave').action(() =>
    run(async (s) => (await import('./commands/join.ts')).leave(s)),
  );
  command(program, 'history', 'show who did what, newest first', 'history', 'history -n 100')
    .option('-n, --entries <n>', 'how many entries to show', '20')
    .action((options: { entries: string }) =>
      run(async (s) => (await import('./commands/history.ts')).history(s, options.entries)),
    );
}

function addSessionCommands(program: Command, run: Run): void {
  command(
    program,
    'login <name>',
    'log in on this device; the password is asked for, or read from standard input',
    'login anna',
    'login anna --code ab2c-9xyz',
  )
    .option('--code <code>', 'the one-time code that a new coordinator prints: makes NAME its admin')
    .action((name: string, options: { code?: string }) =>
      run(async (s) => (await sessions()).login(s, name, options.code)),
    );
  command(program, 'logout', 'log out on this device', 'logout').action(() =>
    run(async (s) => (await sessions()).logout(s)),
  );
  command(program, 'whoami', 'show who you are to the coordinator', 'whoami').action(() =>
    run(async (s) => (await sessions()).whoAmI(s)),
  );
  command(program, 'sessions', "show logins: one's own, an admin everybody's", 'sessions').action(() =>
    run(async (s) => (await sessions()).sessions(s)),
  );
  const session = program.command('session').description('end a login');
  command(session, 'end <id>', 'end a login, by its id in "jamctl sessions"', 'session end 1f9a03c2').action(
    (id: string) => run(async (s) => (await sessions()).endSession(s, id)),
  );
}

function addUserCommands(program: Command, run: Run): void {
  command(program, 'users', 'show all users with their roles', 'users').action(() =>
    run(async (s) => (await people()).users(s)),
  );
  const user = program.command('user').description("add or remove a user, set a user's role or password");
  command(
    user,
    'add <name>',
    'add a user; the password is asked for, or read from standard input',
    'user add ben',
    'user add visitor --role guest',
  )
    .option('--role <role>', 'guest: looks; member: also plays; admin: also users, speakers, rooms', 'member')
    .action((name: string, options: { role: string }) =>
      run(async (s) => (await people()).addUser(s, name, options.role)),
    );
  command(user, 'remove <name>', 'remove a user, who is logged out everywhere', 'user remove ben').action(
    (name: string) => run(async (s) => (await people()).removeUser(s, name)),
  );
  command(user, 'role <name> <role>', 'make a user guest, member or admin', 'user role ben admin').action(
    (name: string, role: string) => run(async (s) => (await people()).setRole(s, name, role)),
  );
  command(
    user,
    'passwd [name]',
    "set one's own password, or as admin another's, who is logged out everywhere then",
    'user passwd',
    'user passwd ben',
  ).action((name?: string) => run(async (s) => (await people()).setPassword(s, name)));
}
