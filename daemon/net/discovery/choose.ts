import type { Sighting } from './announcement.ts';
import { isSameName } from './place.ts';

/** Which coordinator is meant: the one of an id, of a name, or with neither whichever is the only one. */
export interface Wanted {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
}

/** What came of looking around. */
export type Choice =
  | { readonly kind: 'one'; readonly sighting: Sighting }
  | { readonly kind: 'none' }
  | { readonly kind: 'several'; readonly sightings: readonly Sighting[] };

/** The coordinator that is meant. Never one of several: which, a person has to say. */
export function choose(sightings: readonly Sighting[], { id, name }: Wanted): Choice {
  const meant = sightings.filter(
    (one) => (id === undefined || one.id === id) && (name === undefined || isSameName(one.name, name)),
  );
  const [first, ...others] = meant;
  if (!first) return { kind: 'none' };
  return others.length === 0 ? { kind: 'one', sighting: first } : { kind: 'several', sightings: meant };
}

/** For people: `attic at 192.168.1.10:7400, cellar at 192.168.1.11:7400`. */
export function describeSightings(sightings: readonly Sighting[]): string {
  return sightings.map(({ name, host, port }) => `${name} at ${host}:${port}`).join(', ');
}
