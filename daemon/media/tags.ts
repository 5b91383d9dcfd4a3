import { stripVTControlCharacters } from 'node:util';
import { parseBuffer } from 'music-metadata';

/** What people call a track. Clean text of at most 200 characters each; artist and album may be empty. */
export interface TrackNames {
  readonly title: string;
  readonly artist: string;
  readonly album: string;
}

const MAX_CHARACTERS = 200;

/**
 * Takes the names from tags (a small file with hardly more than tags in it), the title from the file's name
 * where they have none.
 */
export async function readNames(tags: Uint8Array, mimeType: string, fileName: string): Promise<TrackNames> {
  const { title, artist, album } = await parseTags(tags, mimeType);
  const name = cleanText(fileName);
  return {
    title: cleanText(title ?? '') || name.replace(/(?<=.)\.[a-z0-9]{1,4}$/i, '') || 'Untitled',
    artist: cleanText(artist ?? ''),
    album: cleanText(album ?? ''),
  };
}

// Tags that can't be read don't make a track unplayable: it goes by its file's name then.
async function parseTags(
  tags: Uint8Array,
  mimeType: string,
): Promise<{ title?: string; artist?: string; album?: string }> {
  if (tags.length === 0) return {};
  try {
    return (await parseBuffer(tags, { mimeType, size: tags.length }, { skipCovers: true })).common;
  } catch {
    return {};
  }
}

/** Text from outside, fit for any terminal: no escape sequences, no control characters, one line, capped. */
export function cleanText(text: string): string {
  const plain = stripVTControlCharacters(text.slice(0, 8 * MAX_CHARACTERS).toWellFormed())
    .normalize('NFC')
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim();
  return [...plain].slice(0, MAX_CHARACTERS).join('').trim();
}
