import { Command, Option } from 'commander';
import type { LobbyClient } from './client.ts';
import type { RoomSettingOptions } from './commands/room-settings.ts';
import { command, type Run, type Work } from './define-command.ts';
import { exitCodes } from './exit-codes.ts';
import { addHostCommands } from './host-program.ts';
import { addKeyCommands, addSpeakerKeyCommands } from './key-program.ts';
import { addPeopleCommands } from './people-program.ts';
import type { Screen } from './session.ts';

/** The options that every command takes, as typed. */
export interface GlobalOptions {
  /** An address or a name; none: the one on this host, or the only one on the network. */
  readonly coordinator?: string;
  readonly room: string;
  readonly json?: true;
  readonly timeout: string;
  readonly retry: boolean;
}

/** What a command does that may do without a coordinator. @param connect finds it and starts asking it */
export type LoneWork = (screen: Screen, connect: () => Promise<LobbyClient>) => Promise<void>;

/** What runs a command once its line is parsed. */
export interface Runner {
  run(options: GlobalOptions, work: Work): Promise<void>;
  /** Runs one that may do without a coordinator. */
  alone(options: GlobalOptions, work: LoneWork): Promise<void>;
  completion(program: Command, shell: string): Promise<void>;
}

/** jamctl's commands. What a command does is loaded when it runs, so that each starts quickly. */
export function buildProgram(version: string, runner: Runner): Command {
  const program = new Command('jamctl')
    .description('Plays music in the rooms of a home: every speaker of a room at the same instant.')
    .version(version, '--version', "show jamctl's version")
    .addOption(
      new Option(
        '--coordinator <host[:port]|name>',
        'where jam-coordinator runs, or what it is called (default: the one on this host, else the only one on the network)',
      ).env('JAM_COORDINATOR'),
    )
    .addOption(new Option('--room <room>', 'the room that is meant').env('JAM_ROOM').default('main'))
    .option('--json', 'print one JSON document, errors too')
    .option('--timeout <s>', 'how long to wait for an answer', '5')
    .option(
      '--no-retry',
      'give up at once where another command is under way, instead of trying for a second',
    )
    .helpOption('-h, --help', 'show this help')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .addHelpText(
      'after',
      `\nExit codes:\n${exitCodes.map(({ code, name }) => `  ${code}  ${name}`).join('\n')}`,
    );
  const run = (work: Work): Promise<void> => runner.run(program.opts<GlobalOptions>(), work);
  addQueueCommands(program, run);
  addTransportCommands(program, run);
  addLevelCommands(program, run);
  addViewCommands(program, run);
  addHomeCommands(program, run);
  addHostCommands(program, run);
  addPeopleCommands(program, run);
  addKeyCommands(program, run);
  addOwnCommands(program, run, runner);
  return program;
}

const roomCommands = () => import('./commands/room-commands.ts');
const views = () => import('./commands/views.ts');
const home = () => import('./commands/home.ts');
const levels = () => import('./commands/levels.ts');

function addQueueCommands(program: Command, run: Run): void {
  command(
    program,
    'add <file|dir...>',
    'bring MP3 and WAV files to the coordinator and put them at the end of the queue; of a directory all that are in and below it, in name order',
    'add song.mp3',
    'add ~/music/album "another song.wav"',
  ).action((paths: string[]) => run(async (s) => (await import('./commands/add.ts')).add(s, paths)));
  command(program, 'queue', 'show the queue; * marks the current track', 'queue', 'queue --json').action(() =>
    run(async (s) => (await views()).queue(s)),
  );
  command(
    program,
    'remove <n...>',
    'take tracks out of the queue, by their positions',
    'remove 3',
    'remove 2 5',
  ).action((positions: string[]) => run(async (s) => (await roomCommands()).remove(s, positions)));
  command(program, 'move <from> <to>', 'move a track to another position', 'move 5 1').action(
    (from: string, to: string) => run(async (s) => (await roomCommands()).move(s, from, to)),
  );
  command(program, 'clear', 'stop, and empty the queue', 'clear').action(() =>
    run(async (s) => (await roomCommands()).plainCommand(s, 'clear')),
  );
}

function addTransportCommands(program: Command, run: Run): void {
  command(
    program,
    'play [n]',
    'go on playing, or start the queue; with N start the track at that position',
    'play',
    'play 3',
  ).action((position?: string) => run(async (s) => (await roomCommands()).play(s, position)));
  const plainOnes = {
    pause: 'stop where the track is; play goes on from there',
    toggle: 'pause if playing, else play',
    stop: 'stop playing',
    next: 'go to the next track',
    prev: 'go to the previous track',
  } as const;
  for (const kind of ['pause', 'toggle', 'stop', 'next', 'prev'] as const) {
    command(program, kind, plainOnes[kind], kind).action(() =>
      run(async (s) => (await roomCommands()).plainCommand(s, kind)),
    );
  }
  command(
    program,
    'seek <time>',
    'go to a time in the track (90, 1:30, 1:02:03.5), or by a time forward (+10) or back (-10)',
    'seek 1:30',
    'seek +10',
    'seek -10',
  )
    .allowUnknownOption() // so that -1:30 is a time
    .action((time: string) => run(async (s) => (await roomCommands()).seek(s, time)));
}

function addLevelCommands(program: Command, run: Run): void {
  const speaker = ['--speaker <name>', 'of one speaker instead of the room'] as const;
  command(
    program,
    'volume [n]',
    'set the volume (0 to 100), change it (+5 or -5), or show it',
    'volume 40',
    'volume -5',
    'volume --speaker kitchen +10',
  )
    .option(...speaker)
    .allowUnknownOption() // so that what looks like -5 and isn't a number is told so
    .action((value: string | undefined, options: { speaker?: string }) =>
      run(async (s) => (await levels()).volume(s, value, options.speaker)),
    );
  for (const name of ['mute', 'unmute'] as const) {
    const what = name === 'mute' ? 'silence the room, or one speaker' : 'end the silence of mute';
    command(program, name, what, name, `${name} --speaker kitchen`)
      .option(...speaker)
      .action((options: { speaker?: string }) =>
        run(async (s) => (await levels()).mute(s, name === 'mute', options.speaker)),
      );
  }
}

function addViewCommands(program: Command, run: Run): void {
  command(
    program,
    'status',
    'show the room: track, position, and how exactly each speaker plays',
    'status',
    'status --json',
  ).action(() => run(async (s) => (await views()).status(s)));
  command(
    program,
    'watch',
    'show the room live until Ctrl-C; where it is no terminal, a line (with --json a document) a second',
    'watch',
    'watch --json | jq .spreadBoundUs',
  ).action(() => run(async (s) => (await import('./commands/watch.ts')).watch(s)));
}

function addHomeCommands(program: Command, run: Run): void {
  command(program, 'rooms', 'show all rooms', 'rooms').action(() =>
    run(async (s) => (await home()).rooms(s)),
  );
  const room = program
    .command('room')
    .description('create, delete or rename a room, show or set its settings');
  command(room, 'create <name>', 'create a room', 'room create kitchen', 'room create attic --host loft')
    .option(
      '--host <host>',
      "the room host that it is to run on, and whose clock it follows; else the coordinator's",
    )
    .action((name: string, { host }: { host?: string }) =>
      run(async (s) => (await home()).createRoom(s, name, host)),
    );
  command(room, 'delete <name>', 'delete a room', 'room delete kitchen').action((name: string) =>
    run(async (s) => (await home()).deleteRoom(s, name)),
  );
  command(room, 'rename <old> <new>', 'rename a room', 'room rename kitchen diner').action(
    (name: string, newName: string) => run(async (s) => (await home()).renameRoom(s, name, newName)),
  );
  command(
    room,
    'set <name>',
    "set what is given of a room's settings, or show them",
    'room set kitchen',
    'room set kitchen --may-add guest --default-volume 40',
  )
    .option('--may-add <role>', 'who may add to the queue at least: guest, member or admin')
    .option('--default-volume <n>', 'the volume of a speaker that is new in the room')
    .option('--hold-ms <n>', 'how long another play, pause, skip, seek or clear is refused as busy')
    .action((name: string, options: RoomSettingOptions) =>
      run(async (s) => (await import('./commands/room-settings.ts')).setRoom(s, name, options)),
    );
  command(program, 'speakers', 'show all speakers', 'speakers').action(() =>
    run(async (s) => (await home()).speakers(s)),
  );
  const speaker = program
    .command('speaker')
    .description('adopt, move, delay or rename a speaker, show its log');
  command(speaker, 'move <name> <room>', 'move a speaker to a room', 'speaker move shelf kitchen').action(
    (name: string, to: string) => run(async (s) => (await home()).moveSpeaker(s, name, to)),
  );
  command(
    speaker,
    'delay <name> <ms>',
    'tell how much later than its device a speaker sounds (an amplifier, a television): it plays that much earlier',
    'speaker delay shelf 12.5',
  ).action((name: string, delayMs: string) =>
    run(async (s) => (await home()).delaySpeaker(s, name, delayMs)),
  );
  command(speaker, 'rename <old> <new>', 'rename a speaker', 'speaker rename shelf desk').action(
    (name: string, newName: string) => run(async (s) => (await home()).renameSpeaker(s, name, newName)),
  );
  addSpeakerKeyCommands(speaker, run);
  command(
    speaker,
    'log <name>',
    'show what was heard of a speaker and should not have been: xruns, gaps, late starts, resyncs, with their causes',
    'speaker log shelf',
  ).action((name: string) => run(async (s) => (await home()).speakerLog(s, name)));
}

function addOwnCommands(program: Command, run: Run, runner: Runner): void {
  command(
    program,
    'backup <file>',
    'write everything that the coordinator keeps to a file: rooms, queues, people, keys. jam-coordinator restore reads it',
    'backup jam.tar',
    'backup --with-tracks /mnt/stick/jam.tar',
  )
    .option(
      '--with-tracks',
      'the tracks, too: they are large, and without them a restored queue needs them added anew',
    )
    .option('--force', 'replace the file if there is one')
    .action((file: string, options: { withTracks?: true; force?: true }) =>
      run(async (s) => (await import('./commands/backup.ts')).backup(s, file, options)),
    );
  command(program, 'version', "show jamctl's and the coordinator's version", 'version').action(() =>
    run(async (s) => (await import('./commands/version.ts')).version(s)),
  );
  command(
    program,
    'doctor',
    'check this host as speaker and coordinator, and the home as it is seen from here: what is wrong, and what to do',
    'doctor',
    'doctor --json',
  ).action(() => {
    return runner.alone(program.opts<GlobalOptions>(), async (screen, connect) =>
      (await import('./commands/doctor.ts')).doctor(screen, connect),
    );
  });
  command(
    program,
    'coordinators',
    'show the coordinators that announce themselves on the network',
    'coordinators',
  ).action(() =>
    runner.alone(program.opts<GlobalOptions>(), async (screen) =>
      (await import('./commands/coordinators.ts')).coordinators(screen),
    ),
  );
  command(
    program,
    'completion <shell>',
    "print a script that completes jamctl's commands in bash, zsh or fish",
    'completion bash > ~/.local/share/bash-completion/completions/jamctl',
    'completion fish | source',
  ).action((shell: string) => runner.completion(program, shell));
}
