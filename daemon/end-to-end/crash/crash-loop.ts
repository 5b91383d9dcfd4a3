import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seededRandom } from '../../random.ts';
import { type ClientCounts, InsistingClient } from './client.ts';
import { CrashHome, type Victim } from './crash-home.ts';
import { LobbyLedger, OwnRoomLedger, SharedRoomLedger } from './ledgers.ts';
import { Stream } from './stream.ts';
import { lobbyStep, ownStep, type Step, sharedStep, transportStep } from './streams.ts';

export interface CrashOptions {
  readonly rounds: number;
  /** Names of the speakers in the shared room. */
  readonly speakers: readonly [string, ...string[]];
  /** What is killed, in turn; if not told, by chance. */
  readonly victims?: readonly Victim[];
  readonly seed: number;
  /** Told after each round. */
  readonly onRound?: (round: number, victim: Victim, tookMs: number) => void;
}

/** What was seen in all rounds. */
export interface CrashFigures extends ClientCounts {
  readonly kills: Readonly<Partial<Record<Victim, number>>>;
  /** Of each round, from the kill until everything was whole and each request answered, ms. */
  readonly wholeAfterMs: readonly number[];
  /** Sentences about what was lost, torn or done twice. */
  readonly problems: readonly string[];
}

const VICTIMS: readonly Victim[] = ['lobby', 'room', 'room', 'lobby and rooms', 'speaker', 'everything'];
const SHARED = 'main';
const OWN = 'own';
const TRACKS = 4;
/** A round's kill comes within this time after its streams have begun. */
const KILL_WITHIN_MS = 300;
/** The queue of the shared room is cut back beyond this, while nobody else does anything. */
const LONGEST_QUEUE = 150;
/** Between two commands of one client. */
const REST_MS = 3;

/** Several clients go on giving commands, and something is killed again and again. */
export class CrashLoop {
  readonly #options: CrashOptions;
  readonly #random: Random;
  readonly #home: CrashHome;
  readonly #clients: InsistingClient[] = [];
  readonly #problems: string[] = [];
  readonly #wholeAfterMs: number[] = [];
  readonly #kills: Partial<Record<Victim, number>> = {};

  constructor(options: CrashOptions) {
    this.#options = options;
    this.#home = new CrashHome(options.speakers);
    this.#random = seededRandom(options.seed);
  }

  /** @throws when something doesn't come back */
  async run(): Promise<CrashFigures> {
    await this.#home.start(TRACKS, [OWN]);
    const { tracks } = this.#home;
    await this.#home.command(SHARED, { kind: 'add', tracks });
    // In the middle, so that it can be turned both ways.
    await this.#home.command(SHARED, { kind: 'setVolume', volume: 50 });
    await this.#home.command(SHARED, { kind: 'play' });
    let shared = new SharedRoomLedger(await this.#home.view(SHARED));
    const own = new OwnRoomLedger(await this.#home.view(OWN));
    const lobby = new LobbyLedger(await this.#home.rooms());
    const streams = this.#streams(() => shared, own, lobby);
    for (let round = 1; round <= this.#options.rounds; round += 1) {
      await this.#round(round, streams);
      const view = await this.#home.view(SHARED);
      this.#note(round, SHARED, shared.problems(view));
      this.#note(round, OWN, own.problems(await this.#home.view(OWN)));
      this.#note(round, 'lobby', lobby.problems(await this.#home.rooms(), await this.#home.speaker()));
      if (view.queue.items.length > LONGEST_QUEUE) await this.#home.cut(SHARED);
      shared = new SharedRoomLedger(await this.#home.view(SHARED));
    }
    return this.#figures();
  }

  /** Ends all programs, however far the loop is. */
  async stop(): Promise<void> {
    for (const client of this.#clients) client.stop();
    await this.#home.stop();
  }

  /** For a process that is about to end: nothing is left running. */
  killAll(): void {
    this.#home.household.killAll();
  }

  #streams(shared: () => SharedRoomLedger, own: OwnRoomLedger, lobby: LobbyLedger): Stream[] {
    const { tracks } = this.#home;
    const random = this.#random;
    const steps: Step[] = [
      sharedStep(this.#client(), SHARED, tracks, shared, random),
      sharedStep(this.#client(), SHARED, tracks, shared, random),
      sharedStep(this.#client(), SHARED, tracks, shared, random),
      transportStep(this.#client(), SHARED, shared, random),
      transportStep(this.#client(), SHARED, shared, random),
      ownStep(this.#client(), OWN, tracks, own, random),
      lobbyStep(this.#client(), this.#home.changedSpeaker, lobby, random),
    ];
    return steps.map((step) => new Stream(step, REST_MS));
  }

  #client(): InsistingClient {
    const client = new InsistingClient(this.#home.household.newRequester());
    this.#clients.push(client);
    return client;
  }

  async #round(round: number, streams: readonly Stream[]): Promise<void> {
    const { victims } = this.#options;
    const byChance = VICTIMS[Math.floor(this.#random() * VICTIMS.length)];
    const victim = victims?.[(round - 1) % victims.length] ?? byChance ?? 'everything';
    for (const stream of streams) stream.start();
    await sleep(this.#random() * KILL_WITHIN_MS);
    const fromMs = performance.now();
    await this.#home.kill(victim, this.#random());
    await Promise.all(streams.map((stream) => stream.hold()));
    await this.#home.whole([SHARED, OWN]);
    const tookMs = performance.now() - fromMs;
    this.#kills[victim] = (this.#kills[victim] ?? 0) + 1;
    this.#wholeAfterMs.push(tookMs);
    this.#options.onRound?.(round, victim, tookMs);
  }

  #note(round: number, where: string, problems: readonly string[]): void {
    this.#problems.push(...problems.map((problem) => `round ${round}, ${where}: ${problem}`));
  }

  #figures(): CrashFigures {
    const counts = this.#clients.map((client) => client.counts);
    const sum = (key: keyof ClientCounts) => counts.reduce((total, one) => total + one[key], 0);
    return {
      acknowledged: sum('acknowledged'),
      refused: sum('refused'),
      resent: sum('resent'),
      busy: sum('busy'),
      kills: this.#kills,
      wholeAfterMs: this.#wholeAfterMs,
      problems: this.#problems,
    };
  }
}
