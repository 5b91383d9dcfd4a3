import test from 'ava';
import { plotRoom } from './plot.ts';
import type { RoomReport } from './spread.ts';

const errorUs = { p50: 1, p95: 1, p99: 1, max: 1 };
const room: RoomReport = {
  timesUs: [5_000_000, 5_100_000, 5_200_000, 5_300_000],
  spreadUs: [4, 4, null, 2],
  spread: { p50: 4, p95: 4, p99: 4, max: 4 },
  speakers: [
    { name: 'kitchen <1>', onsetTrueUs: 0, endTrueUs: 1, lateUs: [2, 2, null, 1], errorUs, disturbances: [] },
    { name: 'hall', onsetTrueUs: 0, endTrueUs: 1, lateUs: [-2, -2, -2, -1], errorUs, disturbances: [] },
  ],
};

test('a line for each speaker and one for the spread, broken where nothing was heard', (t) => {
  const svg = plotRoom(room, 'demo');
  const paths = [...svg.matchAll(/<path d="([^"]+)"/g)].map(([, d]) => d ?? '');
  t.is(paths.length, 3);
  t.deepEqual(
    paths.map((d) => d.split('M').length - 1),
    [2, 1, 2],
  );
});

test('names, units and figures are there, and escaped', (t) => {
  const svg = plotRoom(room, 'demo');
  for (const part of ['kitchen &lt;1>', 'hall', 'true time, s', 'late, µs', 'p99 4.0']) {
    t.true(svg.includes(part), `${part} is missing`);
  }
});

test('an empty room is a plot without lines, not an error', (t) => {
  const svg = plotRoom({ timesUs: [], spreadUs: [], spread: errorUs, speakers: [] }, 'nothing');
  t.false(svg.includes('NaN'));
});
