import * as v from 'valibot';
import { id } from './checks.ts';

/** Exactly so many bytes. */
export const bytesOf = (length: number) =>
  v.pipe(v.instance(Uint8Array), v.length(length, `not ${length} bytes`));
export const speakerKey = v.object({ speakerId: id, key: bytesOf(32) });
/** 32 bytes, or none. */
export const keyOrNone = v.pipe(
  v.instance(Uint8Array),
  v.check((key) => key.length === 0 || key.length === 32, 'not a key of 32 bytes'),
);
