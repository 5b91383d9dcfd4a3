import test from 'ava';
import { monotonicClock } from '../../../local-clock.ts';
import { AlsaSink } from './alsa-sink.ts';
import { SimSink } from './sim-sink.ts';
import { createSink, parseSinkSpec, SinkSpecError } from './sink-spec.ts';

const accepted = test.macro({
  title: (_, text: string) => `reads ${text}`,
  exec: (t, text: string, spec: unknown) => t.deepEqual(parseSinkSpec(text), spec),
});

test(accepted, 'alsa', { kind: 'alsa' });
test(accepted, 'wav:/tmp/a,b.wav', { kind: 'sim', ppm: 0, record: '/tmp/a,b.wav' });
test(accepted, 'sim', { kind: 'sim', ppm: 0, record: null });
test(accepted, 'sim:ppm=-37.5', { kind: 'sim', ppm: -37.5, record: null });
test(accepted, 'sim:record=x.wav', { kind: 'sim', ppm: 0, record: 'x.wav' });
test(accepted, 'sim:ppm=31,record=a=b,c.wav', { kind: 'sim', ppm: 31, record: 'a=b,c.wav' });

const refused = test.macro({
  title: (_, text: string) => `refuses "${text}" and says why`,
  exec: (t, text: string, message: RegExp) => {
    t.throws(() => parseSinkSpec(text), { instanceOf: SinkSpecError, message });
  },
});

test(refused, '', /"" is not a sink: use alsa, wav:FILE or sim/);
test(refused, 'pulse', /"pulse" is not a sink/);
test(refused, 'wav:', /names no file/);
test(refused, 'sim:ppm=1,record=', /names no file/);
test(refused, 'sim:ppm=fast', /ppm .* must be a number from -1000 to 1000/);
test(refused, 'sim:ppm=', /must be a number/);
test(refused, 'sim:ppm=1e9', /must be a number/);
test(refused, 'sim:speed=2', /"speed" is no setting/);

test('makes the sink that was asked for, without opening anything', (t) => {
  const options = { device: 'nonsense', clock: monotonicClock };
  t.true(createSink({ kind: 'alsa' }, options) instanceof AlsaSink);
  t.true(createSink({ kind: 'sim', ppm: 3, record: '/nowhere/x.wav' }, options) instanceof SimSink);
});
