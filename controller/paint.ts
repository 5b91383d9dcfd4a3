import { styleText } from 'node:util';

type Brush = (text: string) => string;

/** Colours, or none. */
export interface Paint {
  readonly strong: Brush;
  readonly faint: Brush;
  readonly good: Brush;
  readonly bad: Brush;
}

const asItIs: Brush = (text) => text;

export const noPaint: Paint = { strong: asItIs, faint: asItIs, good: asItIs, bad: asItIs };

const brush =
  (style: Parameters<typeof styleText>[0]): Brush =>
  (text) =>
    styleText(style, text, { validateStream: false });

export const terminalPaint: Paint = {
  strong: brush('bold'),
  faint: brush('dim'),
  good: brush('green'),
  bad: brush('red'),
};
