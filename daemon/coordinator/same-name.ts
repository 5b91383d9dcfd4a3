/** Names are the same whatever their case, and however their letters and accents are written. */
export function sameName(a: string, b: string): boolean {
  return a === b || foldedName(a) === foldedName(b);
}

/** The same text for all names that are the same. */
export function foldedName(name: string): string {
  // Upper case before lower case: "ß" is "SS" then, as those write it who have no ß.
  return name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}
