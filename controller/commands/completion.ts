import type { Command } from 'commander';
import { CommandError } from '../exit-codes.ts';
import type { Output } from '../session.ts';

interface Word {
  readonly word: string;
  readonly description: string;
  /** An option that a value follows. */
  readonly takesValue: boolean;
}

/** What can follow a command: subcommands and options, and whether its arguments are files. */
interface Place {
  /** The command as typed, without jamctl: 'speaker move'. */
  readonly path: string;
  readonly words: readonly Word[];
  readonly files: boolean;
}

const shells: Record<string, (places: readonly Place[]) => string> = { bash, zsh, fish };

/**
 * Writes a shell's completion script, made from the definitions that parse the command line.
 * @throws {CommandError} USAGE: another shell
 */
export function completion(program: Command, shell: string, output: Output): void {
  const script = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
  if (!script) {
    throw new CommandError('USAGE', `'${shell}' is no shell with completion here: give bash, zsh or fish`);
  }
  const longestFirst = placesOf(program, '').sort((a, b) => b.path.length - a.path.length);
  output.write(script(longestFirst));
}

function placesOf(command: Command, path: string): Place[] {
  const help = command.createHelp();
  const subcommands = help.visibleCommands(command);
  const options = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
  const own: Place = {
    path,
    words: [
      ...subcommands.map((one) => ({
        word: one.name(),
        description: one.description(),
        takesValue: false,
      })),
      ...options.map((option) => ({
        word: option.long ?? option.short ?? '',
        description: option.description,
        takesValue: option.required,
      })),
    ],
    files: command.registeredArguments.some((argument) => argument.name().startsWith('file')),
  };
  return [own, ...subcommands.flatMap((one) => placesOf(one, `${path} ${one.name()}`.trim()))];
}

// In bash and zsh the words before the cursor, options and their values left out, make the command, its own
// arguments following it or not.

const patternOf = ({ path }: Place): string => (path === '' ? '*' : `'${path}' | '${path} '*`);

function valueOptions(places: readonly Place[]): string {
  const words = places.flatMap((place) => place.words.filter(({ takesValue }) => takesValue));
  return [...new Set(words.map(({ word }) => word))].join(' | ');
}

function bash(places: readonly Place[]): string {
  const cases = places.map((place) => {
    const words = place.words.map(({ word }) => word).join(' ');
    return `    ${patternOf(place)}) words='${words}'${place.files ? ' files=1' : ''} ;;`;
  });
  return `# bash completion for jamctl: eval "$(jamctl completion bash)"
_jamctl() {
  local word before='' path='' words='' files='' current="\${COMP_WORDS[COMP_CWORD]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$before" in
      ${valueOptions(places)}) ;;
      *) case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac ;;
    esac
    before="$word"
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    local IFS=$'\\n'
    COMPREPLY+=($(compgen -f -- "$current"))
  fi
}
complete -F _jamctl jamctl
`;
}

function zsh(places: readonly Place[]): string {
  const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const cases = places.map((place) => {
    const words = place.words.map(({ word, description }) => quote(`${word}:${description}`));
    return `    ${patternOf(place)}) choices=(${words.join(' ')})${place.files ? '; _files' : ''} ;;`;
  });
  return `#compdef jamctl
# zsh completion for jamctl: eval "$(jamctl completion zsh)"
_jamctl() {
  local word before='' command=''
  local -a choices
  for word in \${words[2,CURRENT-1]}; do
    case "$before" in
      ${valueOptions(places)}) ;;
      *) [[ "$word" == -* ]] || command="\${command:+$command }$word" ;;
    esac
    before="$word"
  done
  case "$command" in
${cases.join('\n')}
  esac
  _describe 'jamctl' choices
}
compdef _jamctl jamctl
`;
}

function fish(places: readonly Place[]): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const commands = places.map(({ path }) => path).filter((path) => path !== '' && !path.includes(' '));
  const lines = places.flatMap(({ path, words, files }) => {
    const seen = path.split(' ').map((name) => `__fish_seen_subcommand_from ${name}`);
    const when = path === '' ? `not __fish_seen_subcommand_from ${commands.join(' ')}` : seen.join('; and ');
    const start = `complete -c jamctl -n ${quote(when)}`;
    const own = words.map(({ word, description, takesValue }) => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}${takesValue ? ' -r' : ''}` : `-a ${word}`;
      return `${start} ${what} -d ${quote(description)}`;
    });
    return files ? [`${start} -F`, ...own] : own;
  });
  return `# fish completion for jamctl: jamctl completion fish | source
complete -c jamctl -f
${lines.join('\n')}
`;
}
