import { run } from './run.ts';

// A reader that has seen enough (jamctl queue | head) is no failure.
process.stdout.on('error', () => process.exit(0));
// The command was given when this process was started.
void run(process.argv.slice(2), process, 0).then(process.exit);
