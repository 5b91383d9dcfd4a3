import type { SoundCard } from '../../daemon/speaker/devices/sound-cards.ts';

/** One of Jam's daemons that runs on this host. */
export interface DaemonFacts {
  readonly kind: 'speaker' | 'coordinator';
  readonly pid: number;
  /** The priority of its thread with real-time scheduling; undefined: it has none. */
  readonly realtimePriority: number | undefined;
}

/** A Wi-Fi interface. */
export interface WifiFacts {
  readonly name: string;
  /** Undefined: can't be known, iw isn't there. */
  readonly powerSave: boolean | undefined;
  /** Undefined: not connected. */
  readonly signalDbm: number | undefined;
}

/** A directory that Jam writes to. */
export interface DiskFacts {
  readonly path: string;
  readonly freeBytes: number;
  readonly diskBytes: number;
}

/** What the checks of a host look at. */
export interface HostFacts {
  /** The kernel's clock; undefined: it doesn't tell. */
  readonly clocksource: string | undefined;
  /** Whether the wall clock is kept by NTP; undefined: can't be known. */
  readonly ntpSynchronized: boolean | undefined;
  /** Whether who asks may have real-time scheduling. */
  readonly realtimePermitted: boolean;
  readonly daemons: readonly DaemonFacts[];
  readonly cards: readonly SoundCard[];
  /** Whether who asks may open sound devices; undefined: there are none. */
  readonly soundPermitted: boolean | undefined;
  readonly wifi: readonly WifiFacts[];
  readonly disks: readonly DiskFacts[];
  /** Who listens at the lobby's usual port here, such as `nginx (process 12)`; undefined: nobody. */
  readonly lobbyPortHolder: string | undefined;
}
