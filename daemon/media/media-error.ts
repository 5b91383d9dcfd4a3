/**
 * A file that isn't music Jam can play. From `probeTrack` the message is a whole sentence that names the
 * file; from the parsers it is the reason alone.
 */
export class MediaError extends Error {
  override name = 'MediaError';
}
