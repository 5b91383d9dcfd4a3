/** Where a coordinator's lobby listens. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** The lobby's port where none is told. */
export const DEFAULT_PORT = 7400;

/** Which coordinator is meant, as a person has put it. */
export type WantedCoordinator =
  /** At this address, and nowhere else. */
  | { readonly kind: 'place'; readonly place: Place }
  /** A host of this name, or else a coordinator that calls itself so. */
  | { readonly kind: 'name'; readonly name: string }
  /** The one there is. */
  | { readonly kind: 'any' };

/**
 * Understands HOST, HOST:PORT and NAME. A word without a dot may be a host as well as a coordinator; what can't be a
 * host is a coordinator's name. Undefined for what is neither.
 */
export function parseCoordinator(text: string): WantedCoordinator | undefined {
  if (/\p{C}/u.test(text)) return undefined;
  const [, host, digits] = /^(\[[0-9a-fA-F:.]+\]|[^:/\s]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const port = Number(digits ?? DEFAULT_PORT);
  if (host && port >= 1 && port <= 65_435) {
    const isPlace = digits !== undefined || host === 'localhost' || /[.[]/.test(host);
    return isPlace ? { kind: 'place', place: { host, port } } : { kind: 'name', name: host };
  }
  const isName = text.trim() !== '' && text.length <= 64 && !/[:/]/.test(text);
  return isName ? { kind: 'name', name: text.trim() } : undefined;
}

/** Whether two names are the same, whatever their case and however their accents are written. */
export function isSameName(a: string, b: string): boolean {
  return plain(a) === plain(b);
}

const plain = (name: string): string => name.normalize('NFKC').toLowerCase();
