import { flushCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Track } from '../../../protos/index.ts';
import { monotonicClock } from '../../local-clock.ts';
import { readSoundCards } from '../devices/sound-cards.ts';
import { ChannelStream } from './channel-stream.ts';
import type { FrameStream } from './frame-stream.ts';
import type { FromPlayout, PlayoutSettings, ToPlayout } from './messages.ts';
import { Player } from './player.ts';
import { requestRealtime } from './realtime.ts';
import { rehearse } from './rehearsal.ts';
import { RemoteMedia } from './remote-media.ts';
import { AlsaMixer } from './sinks/alsa-mixer.ts';
import { createSink } from './sinks/sink-spec.ts';
import { TrackStream } from './track-stream.ts';

// The playout thread: a player, ticked by a timer and told what to do by messages.

// Uneven, so that no device that reports in steps is always asked at the same place of a step.
const ticksMs = [8, 5, 7, 9, 6];
const reportMs = 250;
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

function mixerOf({ sink, device, mixer }: PlayoutSettings): AlsaMixer | undefined {
  if (!mixer || sink.kind !== 'alsa') return undefined;
  return new AlsaMixer(device, mixer === true ? undefined : mixer, readSoundCards);
}

function openStream(track: Track): FrameStream {
  const stream = new TrackStream(media.openDecoder(track), track.frames, track.sampleRate);
  return settings.channels === 'stereo' ? stream : new ChannelStream(stream, settings.channels);
}

// Before it is real-time: it is work for a whole core, and what the others play comes first.
await rehearse(48_000, 2);
// Also for a speaker that is never ended but by the mains switch.
flushCompileCache();
tell({ type: 'scheduling', text: requestRealtime() });

let ticks = 0;
let ticking = setTimeout(tick, 0);
let state = '';
function tick(): void {
  player.tick(monotonicClock());
  // The lead that a start needs depends on it.
  if (player.state !== state) report();
  ticking = setTimeout(tick, (ticksMs[ticks++ % ticksMs.length] ?? 0) * player.patience);
}
const reporting = setInterval(report, reportMs);
function report(): void {
  state = player.state;
  tell({ type: 'report', report: player.report(monotonicClock()) });
}

port.on('message', (message: ToPlayout) => {
  switch (message.type) {
    case 'plan':
      player.setPlan(message.plan);
      // At once: streams that it needs begin to decode.
      clearTimeout(ticking);
      return tick();
    case 'map':
      return player.setClockMap(message.map);
    case 'levels':
      return player.setLevels(message.levels);
    case 'delay':
      return player.setDelay(message.delayUs);
    case 'answer':
      return media.answer(message.id, message.value);
    case 'failed':
      return media.fail(message.id, message.reason);
    case 'close':
      clearTimeout(ticking);
      clearInterval(reporting);
      player.close();
      port.close();
  }
});
