import type { Command } from 'commander';
import { CommandError } from '../exit-codes.ts';
import type { Output } from '../session.ts';

/** What can follow a command: its subcommands and options, and whether its arguments are files. */
interface Node {
  readonly path: string;
  readonly words: readonly { word: string; description: string }[];
  readonly files: boolean;
}

const shells = { bash, zsh, fish };

/** Writes a shell's completion script, made from the definitions that parse the command line. */
export function completion(program: Command, shell: string, output: Output): void {
  if (!Object.hasOwn(shells, shell)) {
    throw new CommandError('USAGE', `'${shell}' is no shell with completion here: give bash, zsh or fish`);
  }
  output.write(shells[shell as keyof typeof shells](nodesOf(program, '')));
}

function nodesOf(command: Command, path: string): Node[] {
  const help = command.createHelp();
  const subcommands = help.visibleCommands(command);
  const own: Node = {
    path,
    words: [
      ...subcommands.map((one) => ({ word: one.name(), description: one.summary() || one.description() })),
      ...[...help.visibleOptions(command), ...help.visibleGlobalOptions(command)].map((option) => ({
        word: option.long ?? option.short ?? '',
        description: option.description,
      })),
    ],
    files: command.registeredArguments.some((argument) => argument.name().startsWith('file')),
  };
  const below = subcommands.map((one) => nodesOf(one, `${path} ${one.name()}`.trim()));
  return [own, ...below.flat()];
}

const wordsOf = (node: Node): string => node.words.map(({ word }) => word).join(' ');

// The command that the words before the cursor make, options left out, is matched with its own arguments
// following it or not; the longest comes first.
const patternOf = ({ path }: Node): string => (path === '' ? '*' : `'${path}' | '${path} '*`);

function bash(nodes: Node[]): string {
  const cases = longestFirst(nodes).map(
    (node) => `    ${patternOf(node)}) words='${wordsOf(node)}'${node.files ? ' files=1' : ''} ;;`,
  );
  return `# bash completion for jamctl: eval "$(jamctl completion bash)"
_jamctl() {
  local word path='' words='' files='' current="\${COMP_WORDS[COMP_CWORD]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ -n "$files" ]; then
    compopt -o filenames
    local IFS=$'\\n'
    COMPREPLY+=($(compgen -f -- "$current"))
  fi
}
complete -F _jamctl jamctl
`;
}

function zsh(nodes: Node[]): string {
  const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const cases = longestFirst(nodes).map((node) => {
    const words = node.words.map(({ word, description }) => quote(`${word}:${description}`)).join(' ');
    return `    ${patternOf(node)}) choices=(${words})${node.files ? '; _files' : ''} ;;`;
  });
  return `#compdef jamctl
# zsh completion for jamctl: eval "$(jamctl completion zsh)"
_jamctl() {
  local -a before choices
  before=(\${\${words[2,CURRENT-1]}:#-*})
  case "\${(j: :)before}" in
${cases.join('\n')}
  esac
  _describe 'jamctl' choices
}
compdef _jamctl jamctl
`;
}

function fish(nodes: Node[]): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = nodes.flatMap((node) => {
    const names = node.path.split(' ').filter(Boolean);
    const others = nodes[0]?.words.map(({ word }) => word).filter((word) => !word.startsWith('-')) ?? [];
    const when =
      names.length === 0
        ? `not __fish_seen_subcommand_from ${others.join(' ')}`
        : names.map((name) => `__fish_seen_subcommand_from ${name}`).join('; and ');
    return node.words.map(({ word, description }) => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`;
      return `complete -c jamctl -n ${quote(when)} ${node.files ? '-F' : '-f'} ${what} -d ${quote(description)}`;
    });
  });
  return `# fish completion for jamctl: jamctl completion fish | source\n${lines.join('\n')}\n`;
}

function longestFirst(nodes: Node[]): Node[] {
  return [...nodes].sort((a, b) => b.path.length - a.path.length);
}
