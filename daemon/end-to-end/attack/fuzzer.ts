import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom } from '../../random.ts';
import { Household } from '../household.ts';
import type { Channel } from './channel.ts';
import { type Attackers, allChannels, type Material, materialOf } from './fuzz-channels.ts';
import { type Input, writeInputs } from './kept-inputs.ts';
import { Parties } from './parties.ts';
import { residentMb } from './resident.ts';

export interface FuzzOptions {
  readonly frames: number;
  readonly seed: number;
  /** Inputs that go before those that are drawn. */
  readonly kept?: readonly Input[];
  /** So many inputs between two looks at the household. */
  readonly framesPerRound: number;
  /** Where inputs are kept that have brought something down; undefined: nowhere. */
  readonly keepIn?: string;
  /** Told after each round. */
  readonly onRound?: (sent: number, residentMb: number) => void;
}

/** What has been seen. */
export interface FuzzFigures {
  /** Inputs by channel. */
  readonly sent: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
  /** Resident memory of coordinator and rooms after the first and the last round, MB. */
  readonly residentMb: { readonly first: number; readonly last: number };
}

const MATERIAL = 300;
const ANSWER_WITHIN_MS = 30_000;

/** Sends changed and random inputs into every socket of a coordinator, and looks whether it minds. */
export class Fuzzer {
  readonly #options: FuzzOptions;
  readonly #home = new Household();
  readonly #parties = new Parties(this.#home);
  readonly #material: Material;
  readonly #sent: Record<string, number> = {};
  readonly #problems: string[] = [];
  #inputs: Input[] = [];
  #pids = '';
  #logRead = 0;

  constructor(options: FuzzOptions) {
    this.#options = options;
    this.#material = materialOf(options.seed, MATERIAL);
  }

  async run(): Promise<FuzzFigures> {
    await this.#home.start();
    this.#pids = this.#processes();
    const { frames, framesPerRound } = this.#options;
    const speaker = await this.#parties.speaker('fuzz');
    const household = await this.#people();
    const residents: number[] = [];
    for (let round = 0; round * framesPerRound < frames && this.#problems.length === 0; round += 1) {
      const attackers = await this.#attackers(speaker, round);
      await this.#round(await allChannels(this.#home, this.#parties, attackers, this.#material), round);
      await this.#look(round, household);
      residents.push(this.#resident());
      this.#options.onRound?.((round + 1) * framesPerRound, residents.at(-1) ?? Number.NaN);
    }
    const [first = Number.NaN, last = Number.NaN] = [residents[0], residents.at(-1)];
    return { sent: this.#sent, problems: this.#problems, residentMb: { first, last } };
  }

  async stop(): Promise<void> {
    await this.#home.stop();
  }

  /** For a process that is about to end: nothing is left running. */
  killAll(): void {
    this.#home.killAll();
  }

  // New ones each time: what was sent may have logged them out.
  async #attackers(speaker: Attackers['speaker'], round: number): Promise<Attackers> {
    const member = await this.#parties.person(`member ${round}`, 'MEMBER');
    const guest = await this.#parties.person(`guest ${round}`, 'GUEST');
    return { stranger: this.#parties.stranger(), speaker, guest, member };
  }

  async #round(channels: readonly Channel[], round: number): Promise<void> {
    this.#inputs = [];
    const total = channels.reduce((sum, { share }) => sum + share, 0);
    await Promise.all(channels.map((channel) => channel.start()));
    if (round === 0) await this.#replay(channels);
    await Promise.all(
      channels.map((channel, i) => {
        const count = Math.round((channel.share / total) * this.#options.framesPerRound);
        return this.#feed(channel, count, this.#options.seed + round * channels.length + i);
      }),
    );
    this.#problems.push(...channels.flatMap(({ problems }) => problems));
    await Promise.all(channels.map((channel) => channel.stop()));
  }

  async #replay(channels: readonly Channel[]): Promise<void> {
    for (const { channel: name, frames } of this.#options.kept ?? []) {
      const channel = channels.find((one) => one.name === name);
      if (!channel) throw new Error(`there is no channel "${name}" for what was kept`);
      await channel.send([...frames]);
    }
  }

  async #feed(channel: Channel, count: number, seed: number): Promise<void> {
    const random = seededRandom(seed);
    for (let i = 0; i < count; i += 1) {
      if (!this.#home.coordinator.isRunning) return;
      const frames = channel.draw(random);
      this.#inputs.push({ channel: channel.name, frames });
      await channel.send(frames);
      this.#sent[channel.name] = (this.#sent[channel.name] ?? 0) + 1;
    }
  }

  async #look(round: number, household: string): Promise<void> {
    const status = await this.#home
      .waitFor(() => true, ANSWER_WITHIN_MS, 'the room to answer')
      .catch(() => undefined);
    if (!status) this.#problems.push('the room answers no more');
    const pids = this.#processes();
    if (pids !== this.#pids) this.#problems.push(`processes ${this.#pids} have become ${pids}`);
    const log = this.#home.coordinator.log.slice(this.#logRead);
    this.#logRead += log.length;
    this.#problems.push(
      ...log
        .split('\n')
        .filter((line) => /"level":"(error|fatal)"|^\s+at |Assertion/.test(line))
        .slice(0, 5),
    );
    const people = status && (await this.#people());
    if (people && people !== household)
      this.#problems.push(`the household was ${household}, and is ${people}`);
    const { keepIn } = this.#options;
    if (this.#problems.length === 0 || !keepIn) return;
    await mkdir(keepIn, { recursive: true });
    await writeFile(
      join(keepIn, `seed-${this.#options.seed}-round-${round}.json`),
      writeInputs(this.#inputs),
    );
  }

  /** Who and what belongs to the household, but for the attackers. */
  async #people(): Promise<string> {
    const users = await this.#home.askLobby({ kind: 'listUsers' });
    const speakers = await this.#home.askLobby({ kind: 'listSpeakers' });
    const rooms = await this.#home.askLobby({ kind: 'listRooms' });
    if (users.kind !== 'users' || speakers.kind !== 'speakers' || rooms.kind !== 'rooms')
      return `${users.kind}, ${speakers.kind}, ${rooms.kind}`;
    const own = users.users.filter(({ name }) => !/^(guest|member) \d+$/.test(name));
    const adopted = speakers.speakers.filter(({ pending }) => !pending);
    return JSON.stringify([own, adopted.map(({ name }) => name), rooms.rooms.map(({ name }) => name)]);
  }

  #processes(): string {
    const { coordinator } = this.#home;
    return [coordinator.isRunning && coordinator.pid, ...coordinator.children].join(' ');
  }

  #resident(): number {
    return residentMb([this.#home.coordinator.pid ?? 0, ...this.#home.coordinator.children]);
  }
}
