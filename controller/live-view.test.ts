import test from 'ava';
import { LiveView } from './live-view.ts';

/** What a terminal of that many rows shows after the view's writes: enough of one for what the view sends. */
function shown(rows: number, draw: (view: LiveView) => void): string[] {
  const lines: string[] = [''];
  let row = 0;
  const write = (text: string): void => {
    for (const [, up, clear, newline, plain] of text.matchAll(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys
      /\x1b\[(\d+)A|\x1b\[(K|J)|(\n)|\x1b\[\?\d+[hl]|\r|([^\x1b\r\n]+)/g,
    )) {
      if (up) row -= Number(up);
      if (clear === 'J') lines.splice(row, lines.length - row, '');
      if (newline) lines[++row] ??= '';
      if (plain) lines[row] = plain;
    }
  };
  draw(new LiveView({ write, rows }));
  return lines.slice(0, row);
}

test('a drawing takes the place of the one before', (t) => {
  const lines = shown(24, (view) => {
    view.draw('one\ntwo\nthree');
    view.draw('1\n2\n3');
  });
  t.deepEqual(lines, ['1', '2', '3']);
});

test('a shorter drawing leaves nothing of a longer one', (t) => {
  const lines = shown(24, (view) => {
    view.draw('one\ntwo\nthree');
    view.draw('1');
  });
  t.deepEqual(lines, ['1']);
});

test('what is longer than the terminal is cut, so that going up reaches its first line', (t) => {
  const lines = shown(3, (view) => {
    view.draw('one\ntwo\nthree\nfour');
    view.draw('1\n2\n3\n4');
  });
  t.deepEqual(lines, ['1', '2']);
});
