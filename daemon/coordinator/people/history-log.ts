import type { HistoryEntry } from '../../../protos/index.ts';
import { messageOf } from '../../errno.ts';
import type { Logger } from '../../logger.ts';
import type { Timers } from '../../timers.ts';
import { type History, type NumberedEntry, newest, withEntry } from './history.ts';

/** Where the history is kept; see LobbyStore. */
export interface HistoryRecords {
  /** @throws {StorageError} when what is there can't be read */
  history(): History;
  /** Adds entries, or replaces those of their numbers. @throws {StorageError} */
  saveHistory(entries: History): void;
}

/** A flood of commands isn't to keep the disk busy. */
const SAVED_AFTER_MS = 1000;

/** Who did what. Within a second it is on the disk; a disk that fails keeps nobody from doing something. */
export class HistoryLog {
  readonly #records: HistoryRecords;
  readonly #timers: Timers;
  readonly #logger: Logger;
  #history: History = [];
  readonly #unsaved = new Map<number, NumberedEntry>();
  #cancelSaving: (() => void) | undefined;

  constructor(records: HistoryRecords, timers: Timers, logger: Logger) {
    this.#records = records;
    this.#timers = timers;
    this.#logger = logger;
  }

  /** @throws {StorageError} when what is there can't be read */
  start(): void {
    this.#history = this.#records.history();
  }

  stop(): void {
    this.#cancelSaving?.();
    this.#save();
  }

  note(entry: HistoryEntry): void {
    this.#history = withEntry(this.#history, entry);
    const last = this.#history.at(-1);
    if (last) this.#unsaved.set(last.number, last);
    this.#cancelSaving ??= this.#timers.after(SAVED_AFTER_MS, () => this.#save());
  }

  /** Newest first. @param limit 0: all */
  newest(limit: number): HistoryEntry[] {
    return newest(this.#history, limit);
  }

  #save(): void {
    this.#cancelSaving = undefined;
    const oldest = this.#history[0]?.number ?? 0;
    for (const number of this.#unsaved.keys()) if (number < oldest) this.#unsaved.delete(number);
    if (this.#unsaved.size === 0) return;
    try {
      this.#records.saveHistory([...this.#unsaved.values()]);
      this.#unsaved.clear();
    } catch (error) {
      this.#logger.warn(`the history is not saved: ${messageOf(error)}`);
    }
  }
}
