import type { Command } from 'commander';
import type { Session } from './session.ts';

/** What a command does. */
export type Work = (session: Session) => Promise<void>;

/** Runs what a command does, once its line is parsed. */
export type Run = (work: Work) => Promise<void>;

/** Adds a command with its description and examples. @param usage the name, and its arguments */
export function command(parent: Command, usage: string, description: string, ...examples: string[]): Command {
  const shown = examples.map((example) => `  $ jamctl ${example}`).join('\n');
  const heading = examples.length > 1 ? 'Examples' : 'Example';
  return parent.command(usage).description(description).addHelpText('after', `\n${heading}:\n${shown}`);
}
