import type { Command } from 'commander';
import { completion } from '../../controller/commands/completion.ts';
import { buildProgram } from '../../controller/program.ts';
import { coordinatorCommand } from '../../daemon/coordinator/options.ts';
import { speakerCommand } from '../../daemon/speaker/command-line.ts';
import { manPage } from './man-page.ts';

/** Files by their path in the package. */
export type Files = ReadonlyMap<string, string>;

const nothing = () => Promise.resolve();
const controller = (version: string): Command =>
  buildProgram(version, { run: nothing, alone: nothing, completion: nothing });

/** The programs' man pages. @param date as 2026-11-22 */
export function manPages(version: string, date: string): Files {
  const about = { version, date };
  const pages = {
    jamctl: manPage(controller(version), {
      ...about,
      files: [],
      seeAlso: ['jam-coordinator', 'jam-speaker'],
    }),
    'jam-coordinator': manPage(coordinatorCommand(), {
      ...about,
      files: [
        ['/etc/jam/coordinator.toml', 'settings'],
        ['/etc/jam/room-host.toml', 'settings of the room host that jam-room-host.service runs'],
        ['/var/lib/jam/coordinator', 'speakers, rooms, queues and tracks'],
        ['/var/lib/jam/room-host', "a room host's keys, its orders, and the queues of its rooms"],
      ],
      seeAlso: ['jamctl', 'jam-speaker'],
    }),
    'jam-speaker': manPage(speakerCommand(), {
      ...about,
      files: [
        ['/etc/jam/speaker.toml', 'settings'],
        ['/etc/jam/speaker-NAME.toml', 'settings of the speaker that jam-speaker@NAME.service runs'],
        ['/var/lib/jam/speaker', 'which speaker this is, its keys, and how quick its DAC runs'],
        ['/var/cache/jam', 'tracks, as many as fit'],
      ],
      seeAlso: ['jamctl', 'jam-coordinator'],
    }),
  };
  return new Map(Object.entries(pages).map(([name, text]) => [`usr/share/man/man1/${name}.1`, text]));
}

/** What shells complete jamctl's command lines with, where each looks for it. */
export function completions(): Files {
  const program = controller('');
  return new Map([
    ['usr/share/bash-completion/completions/jamctl', scriptFor(program, 'bash')],
    // Loaded as a function, at the first completion: it is to complete that one, too.
    ['usr/share/zsh/vendor-completions/_jamctl', `${scriptFor(program, 'zsh')}_jamctl "$@"\n`],
    ['usr/share/fish/vendor_completions.d/jamctl.fish', scriptFor(program, 'fish')],
  ]);
}

function scriptFor(program: Command, shell: string): string {
  let script = '';
  completion(program, shell, { write: (text: string) => (script += text) });
  return script;
}
