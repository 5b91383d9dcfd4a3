import { flushCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Track } from '../../../protos/index.ts';
import { monotonicClock } from '../../local-clock.ts';
import { nodeTimers } from '../../timers.ts';
import { readSoundCards } from '../devices/sound-cards.ts';
import { ChannelStream } from './channel-stream.ts';
import type { FrameStream } from './frame-stream.ts';
import type { FromPlayout, PlayoutSettings, ToPlayout } from './messages.ts';
import { Player } from './player.ts';
import { PlayoutLoop } from './playout-loop.ts';
import { requestRealtime } from './realtime.ts';
import { rehearse } from './rehearsal.ts';
import { RemoteMedia } from './remote-media.ts';
import { AlsaMixer } from './sinks/alsa-mixer.ts';
import { createSink } from './sinks/sink-spec.ts';
import { TrackStream } from './track-stream.ts';

// The playout thread: a player, ticked by a timer and told what to do by messages.

const port = parentPort;
if (!port) throw new Error('the playout thread is started by playout-thread.ts');

const settings = workerData as PlayoutSettings;
const tell = (message: FromPlayout): void => port.postMessage(message);
const media = new RemoteMedia((id, question) => tell({ type: 'question', id, question }));
const player = new Player(
  createSink(settings.sink, { device: settings.device, clock: monotonicClock }),
  openStream,
  { ...settings, volume: mixerOf(settings) },
  (note) => tell({ type: 'glitch', note }),
);
const loop = new PlayoutLoop(player, monotonicClock, nodeTimers, (report) =>
  tell({ type: 'report', report }),
);

function mixerOf({ sink, device, mixer }: PlayoutSettings): AlsaMixer | undefined {
  if (!mixer || sink.kind !== 'alsa') return undefined;
  return new AlsaMixer(device, mixer === true ? undefined : mixer, readSoundCards);
}

function openStream(track: Track): FrameStream {
  const stream = new TrackStream(media.openDecoder(track), track.frames, track.sampleRate);
  return settings.channels === 'stereo' ? stream : new ChannelStream(stream, settings.channels);
}

// Nothing else keeps the thread alive while helper threads compile.
port.ref();
// Before it is real-time: it is work for a whole core, and what the others play comes first.
await rehearse(48_000, 2);
// Also for a speaker that is never ended but by the mains switch.
flushCompileCache();
tell({ type: 'scheduling', text: requestRealtime() });

loop.start();

port.on('message', (message: ToPlayout) => {
  switch (message.type) {
    case 'answer':
      return media.answer(message.id, message.value);
    case 'failed':
      return media.fail(message.id, message.reason);
    case 'close':
      return loop.end(() => {
        player.close();
        port.close();
      });
    default:
      return loop.take(message);
  }
});
