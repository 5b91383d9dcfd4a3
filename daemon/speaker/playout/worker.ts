import { flushCompileCache } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { MpegStock } from './decoders/mpeg-stock.ts';
import type { ToPlayout } from './messages.ts';
import { Playout } from './playout.ts';
import { requestRealtime } from './realtime.ts';
import { rehearse } from './rehearsal.ts';

// The playout thread: a player, ticked by a timer and told what to do by messages.

const port = parentPort;
if (!port) throw new Error('the playout thread is started by playout-worker.ts');

// Nothing else keeps the thread alive while helper threads compile.
port.ref();
// Before it is real-time: it is work for a whole core, and what the others play comes first.
const stock = new MpegStock();
await rehearse(48_000, 2, stock);
// Also for a speaker that is never ended but by the mains switch.
flushCompileCache();

let playout: Playout | undefined;
port.on('message', (message: ToPlayout) => {
  if (message.type !== 'begin') return playout?.take(message);
  playout = new Playout(
    message.settings,
    stock,
    (told) => port.postMessage(told),
    () => port.close(),
  );
  port.postMessage({ type: 'scheduling', text: requestRealtime() });
  playout.start();
});
