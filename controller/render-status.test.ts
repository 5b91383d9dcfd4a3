import test from 'ava';
import { renderQueue } from './render.ts';
import { renderStatus } from './render-status.ts';
import { report, status, track } from './testing/samples.ts';

test('a room is shown with quantity, unit and direction', (t) => {
  const text = renderStatus(status);
  for (const part of [
    'main, playing',
    '2 of 5: Title, by Artist',
    '1:23',
    '3:45',
    'at most 96 µs between any two speakers',
    '12 µs late',
    '±45 µs',
    '3.2 ppm fast',
    '17.1 ppm slow',
    '+1.2 ppm',
    '84 ms',
  ]) {
    t.true(text.includes(part), `${part} is missing in:\n${text}`);
  }
  t.regex(text, /shelf +offline .* 50 \(muted\)/);
});

test('columns stand under their headings and no line ends in spaces', (t) => {
  const lines = renderStatus(status).split('\n');
  const head = lines.find((line) => line.startsWith('SPEAKER')) ?? '';
  const row = lines.find((line) => line.startsWith('kitchen')) ?? '';
  t.is(row.indexOf('late') + 4, head.indexOf('PLAYOUT ERROR') + 'PLAYOUT ERROR'.length, lines.join('\n'));
  for (const line of lines) t.is(line, line.trimEnd());
});

test("a speaker's problem is told below the table", (t) => {
  const speaker = { ...status.speakers[0]!, report: { ...report, problem: 'the device hw:1 is gone' } };
  t.regex(renderStatus({ ...status, speakers: [speaker] }), /\n\nkitchen: the device hw:1 is gone$/);
});

test('an empty room says so', (t) => {
  const { item, spreadBoundUs, ...rest } = status;
  const text = renderStatus({ ...rest, queuePosition: 0, queueLength: 0, state: 'STOPPED', speakers: [] });
  t.regex(text, /none, the queue is empty/);
  t.regex(text, /The room has no speakers/);
  t.regex(text, /Spread +unknown/);
  t.truthy(item && spreadBoundUs);
});

test('what a terminal would obey in a tag is shown as a sign', (t) => {
  const evil = { ...track, title: 'a\x1b[2Jb\u202ec', artist: 'x\ny' };
  const queue = renderQueue({ items: [{ itemId: 'i', track: evil }], current: 1 });
  const room = renderStatus({ ...status, item: { itemId: 'i', track: evil } });
  for (const text of [queue, room]) {
    t.false(text.includes('\x1b') || text.includes('\u202e'));
    t.true(text.includes('a␛[2Jb\ufffdc'), text);
    t.true(text.includes('x␊y'), text);
  }
});
