import type { Command } from 'commander';

/** What a man page says beside what the command's help does. */
export interface ManPageAbout {
  /** As 2026-11-22. */
  readonly date: string;
  readonly version: string;
  /** Other pages of section 1. */
  readonly seeAlso: readonly string[];
  /** Files that the program reads and writes, each with what it is. */
  readonly files: readonly (readonly [path: string, what: string])[];
}

/** A program's man page, for section 1, made of the definitions that make its --help. In man(7)'s macros. */
export function manPage(command: Command, { date, version, seeAlso, files }: ManPageAbout): string {
  const name = command.name();
  const [summary = '', ...more] = command.description().split('\n');
  const parts = [
    `.TH ${name.toUpperCase()} 1 "${date}" "jam ${version}" "Jam"`,
    '.SH NAME',
    `${troff(name)} \\- ${troff(uncapitalized(summary.replace(/\.$/, '')))}`,
    '.SH SYNOPSIS',
    `.B ${troff(name)}`,
    troff(command.usage()),
    '.SH DESCRIPTION',
    ...[summary, ...more].map(troff),
    '.SH OPTIONS',
    ...optionsOf(command),
    ...(command.commands.length > 0
      ? ['.SH COMMANDS', ...command.commands.flatMap((one) => section(one, ''))]
      : []),
    ...afterText(command),
    ...(files.length > 0 ? ['.SH FILES', ...files.flatMap(([path, what]) => item(path, what))] : []),
    '.SH SEE ALSO',
    seeAlso.map((page) => `.BR ${troff(page)} (1)`).join(',\n'),
  ];
  return `${parts.join('\n')}\n`;
}

function section(command: Command, above: string): string[] {
  const path = `${above}${command.name()}`;
  if (command.commands.length > 0) return command.commands.flatMap((one) => section(one, `${path} `));
  return [
    `.SS ${troff(`${path} ${command.usage()}`)}`,
    troff(command.description()),
    ...optionsOf(command),
    ...afterText(command),
  ];
}

function optionsOf(command: Command): string[] {
  const help = command.createHelp();
  const isHelp = (flags: string): boolean => command.parent !== null && flags.includes('--help');
  return help
    .visibleOptions(command)
    .filter(({ flags }) => !isHelp(flags))
    .flatMap((option) => item(option.flags, help.optionDescription(option)));
}

const item = (term: string, text: string): string[] => ['.TP', `.B ${troff(term)}`, troff(text)];

/** What the help shows below the options: headings, paragraphs, and what is set in, as it is. */
function afterText(command: Command): string[] {
  const lines = shownHelp(command).slice(command.helpInformation().length).trim().split('\n');
  return lines.flatMap((line, index) => {
    const before = lines[index - 1];
    const setIn = line.startsWith('  ');
    const wasSetIn = before?.startsWith('  ') ?? false;
    const end = wasSetIn && !setIn ? ['.EE'] : [];
    const last = setIn && index === lines.length - 1 ? ['.EE'] : [];
    if (setIn) return [...(wasSetIn ? [] : ['.EX']), troff(line), ...last];
    if (line === '') return [...end, '.PP'];
    const top = command.parent === null && line.endsWith(':') && !before;
    return top
      ? [...end, `.SH ${troff(line.slice(0, -1).toUpperCase())}`]
      : [...end, ...paragraph(line, before)];
  });
}

const paragraph = (line: string, before: string | undefined): string[] =>
  before === undefined ? ['.PP', troff(line)] : [troff(line)];

function shownHelp(command: Command): string {
  let shown = '';
  const output = command.configureOutput();
  command.configureOutput({ ...output, writeOut: (text) => (shown += text) });
  command.outputHelp();
  command.configureOutput(output);
  return shown;
}

/** Text that troff shows as it is. */
function troff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^(?=[.'])/gm, '\\&');
}

const uncapitalized = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
