import * as v from 'valibot';

/** What was sent to a channel: an input of the fuzzer. */
export interface Input {
  readonly channel: string;
  readonly frames: readonly Buffer[];
}

const schema = v.array(v.object({ channel: v.string(), frames: v.array(v.string()) }));

/** As JSON, the frames in base64: how inputs are kept in fixtures/. */
export function writeInputs(inputs: readonly Input[]): string {
  const plain = inputs.map(({ channel, frames }) => ({
    channel,
    frames: frames.map((frame) => frame.toString('base64')),
  }));
  return `[\n${plain.map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n]\n`;
}

/** @throws when the text isn't what writeInputs() gives */
export function readInputs(text: string): Input[] {
  return v.parse(schema, JSON.parse(text)).map(({ channel, frames }) => ({
    channel,
    frames: frames.map((frame) => Buffer.from(frame, 'base64')),
  }));
}
