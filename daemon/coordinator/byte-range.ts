/** Bytes [from, to) of a file. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads a Range header (RFC 9110, section 14) that asks for one range of a file of so many bytes.
 * Returns the range, 'unsatisfiable' when the file has none of it, or undefined when there is no header
 * or it asks for something else (several ranges, another unit, nonsense): then the whole file is due.
 */
export function parseRange(
  header: string | undefined,
  bytes: number,
): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') return satisfiable({ from: Math.max(0, bytes - Number(last)), to: bytes });
  const from = Number(first);
  if (last === '') return satisfiable({ from, to: bytes });
  if (Number(last) < from) return undefined;
  return satisfiable({ from, to: Math.min(bytes, Number(last) + 1) });
}

function satisfiable(range: ByteRange): ByteRange | 'unsatisfiable' {
  return range.from < range.to ? range : 'unsatisfiable';
}
