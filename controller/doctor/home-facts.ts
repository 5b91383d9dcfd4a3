import type { Place } from '../../daemon/net/discovery/place.ts';
import type { SpeakerEntry, SpeakerStatus } from '../../protos/index.ts';
import type { Reachability } from '../reachability.ts';

/** One of the coordinator's ports as it's seen from here. */
export interface PortFacts {
  readonly port: number;
  /** What is there: lobby, clock … */
  readonly what: string;
  readonly reach: Reachability;
}

/** The coordinator that answers, and its home. */
export interface CoordinatorFacts {
  readonly name: string;
  readonly version: string;
  /** Of a few requests. */
  readonly roundTripsMs: readonly number[];
  readonly ports: readonly PortFacts[];
  /** Undefined: it doesn't tell this person. */
  readonly speakers: readonly SpeakerEntry[] | undefined;
  /** The members of the rooms that answer. */
  readonly statuses: readonly SpeakerStatus[];
}

/** What the checks of a home look at. */
export interface HomeFacts {
  readonly ownVersion: string;
  /** Undefined: none was found. */
  readonly place: Place | undefined;
  readonly coordinator: CoordinatorFacts | undefined;
  /** Why there is no coordinator; empty when there is. */
  readonly failure: string;
}
