// Control characters, and those that turn the direction of writing, could make a terminal show something else.
const unsafe = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Text from tags, names and files made safe to show: what a terminal would obey becomes a visible sign. */
export function plain(text: string): string {
  return text.replace(unsafe, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}

/** plain(), cut to a number of characters. */
export function short(text: string, length: number): string {
  const chars = [...plain(text)];
  return chars.length <= length ? chars.join('') : `${chars.slice(0, length - 1).join('')}…`;
}
