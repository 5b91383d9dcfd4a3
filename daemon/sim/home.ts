import type { Track } from '../../protos/index.ts';
import { gaussian, type Random, seededRandom } from '../random.ts';
import { SimulatedController } from './controller.ts';
import { type CoordinatorWatch, SimulatedCoordinator } from './coordinator.ts';
import { Crystal } from './crystal.ts';
import { SimulatedDevice } from './device.ts';
import { Host } from './host.ts';
import { HomeLog } from './log.ts';
import { Network } from './network.ts';
import type { Path, PathModel } from './path.ts';
import { Schedule } from './schedule.ts';
import { trackOf } from './signal.ts';
import { SimulatedSpeaker, type SpeakerWatch } from './speaker.ts';
import { Wire } from './wire.ts';

/** What a home is like. */
export interface HomeModel {
  readonly speakers: number;
  /** A way between a speaker and the coordinator. */
  readonly path: PathModel;
  /** Hosts' clocks are off by up to this, either way … */
  readonly clockPpm: number;
  /** … and stray from that by this, one sigma, within minutes. */
  readonly clockWanderPpm: number;
  /** The same of the sound devices. */
  readonly dacPpm: number;
  readonly dacWanderPpm: number;
  /** Steps in which the devices report where they are, µs; given out in turn. */
  readonly reportStepsUs: readonly number[];
  /** With nothing to play for so long a speaker closes its device. */
  readonly idleCloseS: number;
  /** How quickly a speaker gets tracks. */
  readonly bytesPerS: number;
  readonly tracks: number;
  readonly trackSeconds: number;
}

export const DEFAULT_HOME: HomeModel = {
  speakers: 4,
  path: { fixedUs: 150, queueUs: 45, stallEveryUs: 0, lossRatio: 0 },
  clockPpm: 50,
  clockWanderPpm: 0.3,
  dacPpm: 60,
  dacWanderPpm: 0.3,
  reportStepsUs: [21],
  // As in the speaker's config.ts.
  idleCloseS: 300,
  bytesPerS: 2e6,
  tracks: 8,
  trackSeconds: 90,
};

const WANDER_SECONDS = 150;

/** What the parts of a home tell whoever watches it. */
export interface HomeWatch extends CoordinatorWatch {
  ofSpeaker(name: string): SpeakerWatch;
  /** A message could not be encoded and decoded. */
  onUnreadable(text: string): void;
}

interface Ways {
  readonly there: Path;
  readonly back: Path;
}

/** A coordinator, speakers, a network between them, and a person with jamctl: all in simulated time. */
export class Home {
  readonly model: HomeModel;
  readonly schedule = new Schedule();
  readonly random: Random;
  readonly log: HomeLog;
  readonly network: Network;
  readonly tracks: readonly Track[];
  readonly coordinator: SimulatedCoordinator;
  readonly controller: SimulatedController;
  readonly speakers: readonly SimulatedSpeaker[];
  readonly #ways = new Map<SimulatedSpeaker, Ways>();
  /** Share of bytesPerS that tracks come with now. */
  mediaShare = 1;

  constructor(model: HomeModel, seed: number, watch: HomeWatch, isDetailed = false) {
    this.model = model;
    this.random = seededRandom(seed);
    this.log = new HomeLog(this.schedule, isDetailed);
    this.network = new Network(model.path, this.random, new Wire((text) => watch.onUnreadable(text)));
    this.tracks = Array.from({ length: model.tracks }, (_, i) => trackOf(i, model.trackSeconds));
    const byHash = new Map(this.tracks.map((track) => [track.hash, track]));
    const host = this.#host('coordinator');
    this.coordinator = new SimulatedCoordinator(host, this.network, byHash, this.log, watch);
    this.controller = new SimulatedController(this.#host('phone'), this.network, host, this.log);
    this.speakers = Array.from({ length: model.speakers }, (_, i) => this.#speaker(i, byHash, watch));
  }

  /** Everything is switched on; speakers within the first second. */
  start(): void {
    this.coordinator.start();
    this.controller.start();
    for (const speaker of this.speakers) this.schedule.after(this.random() * 1e6, () => speaker.start());
  }

  /** Both ways between a speaker and the coordinator. */
  paths(speaker: SimulatedSpeaker): Ways {
    const { host } = speaker;
    const ways = this.#ways.get(speaker) ?? {
      there: this.network.path(host, this.coordinator.host),
      back: this.network.path(this.coordinator.host, host),
    };
    this.#ways.set(speaker, ways);
    return ways;
  }

  isCut(speaker: SimulatedSpeaker): boolean {
    const { there, back } = this.paths(speaker);
    return there.isCut || back.isCut;
  }

  #host(name: string): Host {
    const { clockPpm, clockWanderPpm } = this.model;
    const uptimeUs = this.random() * 3e11;
    const crystal = this.#crystal(clockPpm, clockWanderPpm, uptimeUs);
    return new Host(name, this.schedule, crystal, this.random);
  }

  #crystal(rangePpm: number, wanderPpm: number, value: number): Crystal {
    const ppm = (2 * this.random() - 1) * rangePpm;
    return new Crystal({ ppm, wanderPpm, wanderSeconds: WANDER_SECONDS }, value, this.random);
  }

  #speaker(i: number, byHash: ReadonlyMap<string, Track>, watch: HomeWatch): SimulatedSpeaker {
    const { dacPpm, dacWanderPpm, reportStepsUs, bytesPerS, idleCloseS } = this.model;
    const name = `speaker-${i + 1}`;
    const host = this.#host(name);
    const stepUs = reportStepsUs[i % reportStepsUs.length] ?? 21;
    const crystal = this.#crystal(dacPpm, dacWanderPpm, gaussian(this.random) * 1e6);
    const device = new SimulatedDevice(this.schedule, host.clock, crystal, stepUs);
    const source = {
      track: (hash: string) => byHash.get(hash),
      bytesPerS: () => {
        const reaches = this.coordinator.isRunning && !this.coordinator.host.isAsleep && !this.isCut(speaker);
        return reaches ? bytesPerS * this.mediaShare : 0;
      },
    };
    const world = {
      network: this.network,
      coordinator: this.coordinator.host,
      lobbyPort: 7400,
      idleCloseS,
      source,
      log: this.log,
    };
    const speaker: SimulatedSpeaker = new SimulatedSpeaker(name, host, device, world, watch.ofSpeaker(name));
    return speaker;
  }
}
