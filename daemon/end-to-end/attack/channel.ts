import type { Random } from '../../random.ts';

/** One way in which inputs reach a coordinator. */
export interface Channel {
  /** Where and as whom, such as "lobby as guest". */
  readonly name: string;
  /** How many of the inputs go here, beside the others'. */
  readonly share: number;
  /** What is wrong with what has come back, as sentences. */
  readonly problems: readonly string[];
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The frames of an input, the same for the same `random`. */
  draw(random: Random): Buffer[];
  /** Resolves when it has been handed over, or nobody takes it. */
  send(frames: Buffer[]): Promise<void>;
}
