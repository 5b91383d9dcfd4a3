import type { Timers } from '../../timers.ts';
import type { LocalClock, LocalUs } from '../../units.ts';
import { RecentStalls } from '../recent-stalls.ts';
import type { ToPlayer } from './messages.ts';
import type { Player, PlayerReport } from './player.ts';

// Uneven, so that no device that reports in steps is always asked at the same place of a step.
const ticksMs = [8, 5, 7, 9, 6];
const reportMs = 250;
/** A start is more work than the quiet before it, by which its lead is chosen. */
const leastSlowUs = 5000;
/** A device that says that it holds more than this doesn't hold up the end. */
const longestFadeMs = 1000;

/** What the playout thread does all the time: ticks its player, does what it is told, and tells how the player is. */
export class PlayoutLoop {
  readonly #player: Player;
  readonly #clock: LocalClock;
  readonly #timers: Timers;
  readonly #tell: (report: PlayerReport) => void;
  /** In being told something, and in writing: what is written meanwhile isn't of the plan that has just come. */
  readonly #slowness = new RecentStalls();
  #ticks = 0;
  #state = '';
  #stopTicking = () => {};
  #stopReporting = () => {};

  /** @param tell called four times a second, and when the player's state has changed */
  constructor(player: Player, clock: LocalClock, timers: Timers, tell: (report: PlayerReport) => void) {
    this.#player = player;
    this.#clock = clock;
    this.#timers = timers;
    this.#tell = tell;
  }

  start(): void {
    this.#stopReporting = this.#timers.every(reportMs, () => this.#report());
    this.#tick();
  }

  /** Fades out, stops, and then calls back; within a second. */
  end(onSilence: () => void): void {
    const silentMs = Math.min(longestFadeMs, this.#player.fadeOut());
    this.#timers.after(silentMs, () => {
      this.stop();
      onSilence();
    });
  }

  stop(): void {
    this.#stopTicking();
    this.#stopReporting();
  }

  take(message: ToPlayer): void {
    switch (message.type) {
      case 'plan':
        this.#noteSlowness(message.sentUs);
        this.#player.setPlan(message.plan);
        // At once: streams that it needs begin to decode.
        this.#stopTicking();
        this.#tick();
        break;
      case 'map':
        this.#noteSlowness(message.sentUs);
        this.#player.setClockMap(message.map);
        break;
      case 'levels':
        this.#player.setLevels(message.levels);
        break;
      case 'delay':
        this.#player.setDelay(message.delayUs);
    }
  }

  #tick(): void {
    const from = this.#clock();
    this.#player.tick(from);
    this.#noteSlowness(from);
    // The lead that a start needs depends on it.
    if (this.#player.state !== this.#state) this.#report();
    const ms = (ticksMs[this.#ticks++ % ticksMs.length] ?? 0) * this.#player.patience;
    this.#stopTicking = this.#timers.after(ms, () => this.#tick());
  }

  #noteSlowness(from: LocalUs): void {
    const now = this.#clock();
    this.#slowness.note(now, now - from);
  }

  #report(): void {
    const now = this.#clock();
    const report = this.#player.report(now);
    this.#state = report.state;
    const slowUs = Math.max(leastSlowUs, this.#slowness.allowanceUs(now));
    this.#tell({ ...report, leadUs: report.leadUs + slowUs });
  }
}
