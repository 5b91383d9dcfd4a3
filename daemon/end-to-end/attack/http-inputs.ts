import type { Random } from '../../random.ts';
import { below, noise, pick } from './mutate.ts';

const METHODS = [
  'GET',
  'GET',
  'GET',
  'HEAD',
  'PUT',
  'PUT',
  'POST',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'X',
];
const RANGES = [
  'bytes=0-',
  'bytes=5-1',
  'bytes=-5',
  'bytes=-',
  'bytes=0-99999999999999999999',
  'bytes=1-2,4-5',
  'lines=1',
];
const LENGTHS = ['0', '5', '-1', '99999999999999999999', '1e9', '0x10', '3000000000'];

/** What requests are made of. */
export interface HttpInputs {
  /** Of a track that is there. */
  readonly hash: string;
  /** Ones that are valid for it. */
  readonly tokens: readonly string[];
}

/** An HTTP request that may be right or wrong in every part, with its body. */
export function httpRequest({ hash, tokens }: HttpInputs): (random: Random) => Buffer {
  return (random) => {
    const paths = [
      ...['', '/index', '/info'].map((part) => `/tracks/${hash}${part}`),
      ...[
        '/',
        '/metrics',
        '/key',
        `/tracks/${'a'.repeat(64)}`,
        '/tracks/../../etc/passwd',
        '//',
        '*',
        `/${'x'.repeat(3000)}`,
      ],
    ];
    const name = pick(random, [
      '?name=song.mp3',
      '?name=..%2F..%2Fx',
      '?name=%00%1b[31m',
      `?name=${'n'.repeat(2000)}`,
      '?%',
      '',
    ]);
    const lines = [
      `${pick(random, METHODS)} ${pick(random, paths)}${name} HTTP/${pick(random, ['1.1', '1.1', '1.0', '2.0', '0.9'])}`,
      ...(random() < 0.9 ? ['Host: x'] : []),
      ...(random() < 0.7 ? [`Authorization: Bearer ${pick(random, [...tokens, 'x', 'é', ''])}`] : []),
      ...(random() < 0.4 ? [`Range: ${pick(random, RANGES)}`] : []),
      ...(random() < 0.1 ? ['Expect: 100-continue'] : []),
      ...(random() < 0.05 ? [`X-Long: ${'l'.repeat(below(random, 30_000))}`] : []),
    ];
    return Buffer.concat(withBody(lines, random));
  };
}

function withBody(lines: readonly string[], random: Random): Buffer[] {
  const head = (...more: string[]) => Buffer.from(`${[...lines, ...more].join('\r\n')}\r\n\r\n`, 'latin1');
  const body = noise(random, below(random, 200));
  switch (below(random, 4)) {
    case 0:
      return [head(`Content-Length: ${body.length}`), body];
    case 1:
      return [head(`Content-Length: ${pick(random, LENGTHS)}`), body];
    case 2:
      return [head('Transfer-Encoding: chunked'), ...chunks(body, random)];
    default:
      return [head()];
  }
}

function chunks(body: Buffer, random: Random): Buffer[] {
  const size = pick(random, [body.length.toString(16), 'ffffffffffffffff', '-1', 'zz', '0']);
  return [Buffer.from(`${size}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')];
}
