/** Something bad that goes on for a while. */
export interface Attack {
  readonly name: string;
  /** Resolves when it is in full swing. */
  start(): Promise<void>;
  /** Ends it; what has come of it, as a sentence. @throws when it had an effect that it mustn't have */
  stop(): Promise<string>;
}
