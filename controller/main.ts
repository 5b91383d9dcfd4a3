import { run } from './run.ts';
import type { Io, Output } from './session.ts';

let stdout: Output | undefined;

/** Streams are opened when they are used: that takes a few ms, which the command needn't wait for. */
const io: Io = {
  get stdout() {
    // A reader that has seen enough (jamctl queue | head) is no failure.
    stdout ??= process.stdout.on('error', () => process.exit(0));
    return stdout;
  },
  get stderr() {
    return process.stderr;
  },
  get stdin() {
    return process.stdin;
  },
  env: process.env,
};

// The command was given when this process was started.
void run(process.argv.slice(2), io, 0).then(process.exit);
