import { setTimeout as sleep } from 'node:timers/promises';
import { measureRoom } from '../../../bench/measure/spread.ts';
import type { RoomStatus } from '../../../protos/index.ts';
import { monotonicClock } from '../../local-clock.ts';
import { Household } from '../household.ts';
import { recordingsOf, type Stretch } from '../listening.ts';
import { joined, songPart } from '../music.ts';
import type { Attack } from './attack.ts';
import { Parties } from './parties.ts';
import { residentMb } from './resident.ts';

/** What a home was like while it was attacked. */
export interface SiegeFigures {
  readonly name: string;
  /** What the attack tells of itself. */
  readonly told: string;
  /** Of what the speakers played meanwhile, µs. */
  readonly spreadP99Us: number;
  /** Resident memory of coordinator and rooms, MB. */
  readonly residentMb: { readonly before: number; readonly after: number };
  /** How long others' commands took, ms. */
  readonly answeredInMs: { readonly median: number; readonly max: number };
  /** What was heard that isn't in the track, as sentences. */
  readonly disturbances: readonly string[];
}

interface Attacked {
  readonly name: string;
  readonly told: string;
  readonly stretch: Stretch;
  readonly residentMb: SiegeFigures['residentMb'];
  readonly tookMs: readonly number[];
}

const SPEAKERS: Readonly<Record<string, number>> = { kitchen: -38, study: 27 };
const ASK_EVERY_MS = 100;
/** An answer within this is late, but one. */
const ASK_WITHIN_MS = 10_000;

/** Two speakers that play while their coordinator is attacked; what they play is measured in the end. */
export class Siege {
  readonly home = new Household();
  readonly parties = new Parties(this.home);
  readonly #songS: number;
  readonly #attacked: Attacked[] = [];
  #track = '';
  #epoch = 0;
  #pids = '';

  /** @param songS how much of the song is played, s: longer than any attack */
  constructor(songS: number) {
    this.#songS = songS;
  }

  /** Resolves when both speakers sound. */
  async start(): Promise<void> {
    await this.home.start();
    for (const [name, ppm] of Object.entries(SPEAKERS)) this.home.addSpeaker(name, { ppm });
    this.#track = await songPart(this.home.directory, 'song.wav', 0, this.#songS);
    await this.home.waitForSpeakers(Object.keys(SPEAKERS).length);
    await this.home.do('add', this.#track);
    await this.playAgain();
    this.#pids = this.#processes().join(' ');
  }

  async stop(): Promise<void> {
    await this.home.stop();
  }

  /** From the track's beginning. */
  async playAgain(): Promise<void> {
    await this.home.do('play', '1');
    const status = await this.home.waitFor(areSounding, 8000, 'both speakers to sound');
    this.#epoch = status.epoch;
    await sleep(1000);
  }

  /** Attacks for some seconds, asks the room something from time to time, and waits a while afterwards. */
  async under(attack: Attack, seconds: number): Promise<void> {
    const before = residentMb(this.#processes());
    const fromUs = monotonicClock();
    const [told, tookMs] = await this.#attackFor(attack, seconds);
    const stretch = { fromUs, toUs: monotonicClock() };
    const after = residentMb(this.#processes());
    this.#attacked.push({ name: attack.name, told, stretch, tookMs, residentMb: { before, after } });
    const status = await this.home.waitFor(() => true, ASK_WITHIN_MS, `an answer after ${attack.name}`);
    if (status.epoch !== this.#epoch) throw new Error(`${attack.name} has stopped the music`);
    if (this.#processes().join(' ') !== this.#pids) throw new Error(`${attack.name} has ended a process`);
  }

  /** Stops everything, and measures. */
  async figures(): Promise<SiegeFigures[]> {
    await sleep(700);
    await this.home.stopPrograms();
    const recordings = await recordingsOf(this.home, Object.keys(SPEAKERS));
    const reference = await joined([this.#track]);
    return this.#attacked.map(({ name, told, stretch, residentMb: resident, tookMs }) => {
      const room = measureRoom(recordings, [reference], stretch);
      const heard = room.speakers.flatMap(({ disturbances }) => disturbances);
      const sorted = tookMs.toSorted((a, b) => a - b);
      const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
      return {
        name,
        told,
        spreadP99Us: room.spread.p99,
        residentMb: resident,
        answeredInMs: { median, max: sorted.at(-1) ?? Number.NaN },
        disturbances: heard
          .filter(({ atTrueUs }) => atTrueUs > stretch.fromUs && atTrueUs < stretch.toUs)
          .map((one) => JSON.stringify(one)),
      };
    });
  }

  async #attackFor(attack: Attack, seconds: number): Promise<[told: string, tookMs: number[]]> {
    const tookMs: number[] = [];
    await attack.start();
    const untilMs = performance.now() + seconds * 1000;
    while (performance.now() < untilMs) {
      const fromMs = performance.now();
      const volume = { kind: 'setVolume', volume: 100 } as const;
      await this.home.askLobby({ kind: 'callRoom', room: 'main', command: { body: volume } }, ASK_WITHIN_MS);
      tookMs.push(performance.now() - fromMs);
      await sleep(ASK_EVERY_MS);
    }
    return [await attack.stop(), tookMs];
  }

  #processes(): number[] {
    const { pid, children } = this.home.coordinator;
    return pid === undefined ? [] : [pid, ...children];
  }
}

function areSounding({ speakers }: RoomStatus): boolean {
  return speakers.every(({ report }) => report?.playout.state === 'SOUNDING');
}
