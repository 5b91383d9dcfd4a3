import type { RoomReport } from './spread.ts';

const WIDTH = 960;
const PANEL_HEIGHT = 240;
const LEFT = 80;
const RIGHT = 180;
const TOP = 50;
const BETWEEN = 60;
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#000000', '#8c8c00'];

type Line = { readonly name: string; readonly colour: string; readonly values: readonly (number | null)[] };

/**
 * An SVG of a room over time: above, each speaker against the room's median; below, the spread. Where
 * nothing was heard the lines break off.
 */
export function plotRoom(report: RoomReport, title: string): string {
  const firstUs = report.timesUs[0] ?? 0;
  const seconds = report.timesUs.map((us) => (us - firstUs) * 1e-6);
  const speakers = report.speakers.map(
    ({ name, lateUs }, i): Line => ({ name, colour: COLOURS[i % COLOURS.length] ?? '#000', values: lateUs }),
  );
  const { p50, p99, max } = report.spread;
  const figures = `p50 ${rounded(p50)}, p99 ${rounded(p99)}, max ${rounded(max)} µs`;
  const spread: Line = { name: 'spread', colour: '#444', values: report.spreadUs };
  const height = TOP + 2 * PANEL_HEIGHT + 2 * BETWEEN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(LEFT, 22, title, 'font-size="16" font-weight="bold"'),
    panel(TOP, 'late, µs', 'against the median', seconds, speakers),
    panel(TOP + PANEL_HEIGHT + BETWEEN, 'spread, µs', figures, seconds, [spread], 0),
    '</svg>',
  ].join('\n');
}

function panel(
  top: number,
  quantity: string,
  note: string,
  seconds: readonly number[],
  lines: readonly Line[],
  floor?: number,
): string {
  const values = lines.flatMap(({ values }) => values.filter((value) => value !== null));
  const ys = ticks(floor ?? Math.min(0, ...bounds(values)), Math.max(0, ...bounds(values)), 5);
  const xs = ticks(0, seconds.at(-1) ?? 1, 8);
  const [yFrom, yTo] = bounds(ys);
  const xTo = Math.max(seconds.at(-1) ?? 1, 1e-3);
  const x = (value: number): number => LEFT + (value / xTo) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => top + PANEL_HEIGHT * (1 - (value - yFrom) / (yTo - yFrom));
  const right = WIDTH - RIGHT;
  const bottom = top + PANEL_HEIGHT;
  return [
    text(LEFT, top - 8, `${quantity} (${note})`),
    ...ys.map((value) => rule(LEFT, y(value), right, y(value), value === 0 ? '#888' : '#ddd')),
    ...ys.map((value) => text(LEFT - 8, y(value) + 4, `${value}`, 'text-anchor="end"')),
    ...xs
      .filter((value) => value <= xTo)
      .map((value) => rule(x(value), bottom, x(value), bottom + 5, '#888')),
    ...xs
      .filter((value) => value <= xTo)
      .map((value) => text(x(value), bottom + 18, `${value}`, 'text-anchor="middle"')),
    text((LEFT + right) / 2, bottom + 36, 'true time, s', 'text-anchor="middle"'),
    ...lines.map(({ colour, values }) => {
      const d = path(values, (i) => x(seconds[i] ?? 0), y);
      return `<path d="${d}" fill="none" stroke="${colour}" stroke-width="1.3"/>`;
    }),
    ...lines.map(({ name, colour }, i) => {
      const at = top + 12 + i * 18;
      return rule(right + 15, at - 4, right + 40, at - 4, colour) + text(right + 46, at, name);
    }),
  ].join('\n');
}

function path(
  values: readonly (number | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  return values
    .flatMap((value, i) => {
      if (value === null) return [];
      const move = i === 0 || values[i - 1] === null ? 'M' : 'L';
      return [`${move}${x(i).toFixed(1)} ${y(value).toFixed(1)}`];
    })
    .join('');
}

/** Round numbers from at most `from` to at least `to`, about `count` of them. */
function ticks(from: number, to: number, count: number): number[] {
  const span = Math.max(to - from, 1e-3);
  const magnitude = 10 ** Math.floor(Math.log10(span / count));
  const step = magnitude * ([1, 2, 5, 10].find((factor) => span / count <= factor * magnitude) ?? 10);
  const [first, last] = [Math.floor(from / step), Math.ceil(to / step)];
  return Array.from({ length: Math.max(1, last - first) + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(6)),
  );
}

function bounds(values: readonly number[]): [number, number] {
  const reduce = (pick: (...both: number[]) => number): number =>
    values.reduce((a, b) => pick(a, b), values[0] ?? 0);
  return [reduce(Math.min), reduce(Math.max)];
}

function rounded(us: number): string {
  return Number.isNaN(us) ? '–' : us.toFixed(us < 100 ? 1 : 0);
}

function rule(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return `<line x1="${x1}" y1="${y1.toFixed(1)}" x2="${x2}" y2="${y2.toFixed(1)}" stroke="${colour}"/>`;
}

function text(x: number, y: number, content: string, attributes = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped}</text>`;
}
