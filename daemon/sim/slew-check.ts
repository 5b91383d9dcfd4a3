import type { PlayerReport } from '../speaker/playout/player.ts';

const MAX_PPM = 500;
const CHANGE_PPM_PER_S = 100;
/** Slew is told of what is written, and what is written is heard after at most this. */
const WRITTEN_US = 500_000;
/** What says which sound is heard. */
const SOUND = ['epoch', 'itemId', 'resyncs', 'xruns', 'gaps'] as const satisfies (keyof PlayerReport)[];

/** What is looked at. */
export type SlewReport = Pick<PlayerReport, (typeof SOUND)[number] | 'slewPpm'>;

/** Checks a speaker's slew: how much it is, and how quickly it changes while one sound goes on. */
export class SlewCheck {
  #before: { readonly report: SlewReport; readonly atUs: number } | undefined;
  /** A change too quick, unless it turns out to be another sound's. */
  #doubt: { readonly text: string; readonly atUs: number } | undefined;

  /** What is wrong; undefined when nothing is. @param nowUs true time */
  observe(report: SlewReport, nowUs: number): string | undefined {
    const { slewPpm } = report;
    const before = this.#before;
    this.#before = { report, atUs: nowUs };
    if (Math.abs(slewPpm) > MAX_PPM) return `${slewPpm} ppm`;
    // What begins anew begins without slew.
    if (!before || SOUND.some((part) => report[part] !== before.report[part])) {
      this.#doubt = undefined;
      return undefined;
    }
    const limitPpm = (CHANGE_PPM_PER_S * (nowUs - before.atUs + WRITTEN_US)) / 1e6;
    const from = before.report.slewPpm;
    const isQuick = slewPpm !== 0 && from !== 0 && Math.abs(slewPpm - from) > limitPpm;
    if (isQuick) this.#doubt ??= { text: `from ${from} to ${slewPpm} ppm`, atUs: nowUs };
    if (!this.#doubt || nowUs - this.#doubt.atUs < WRITTEN_US) return undefined;
    const { text } = this.#doubt;
    this.#doubt = undefined;
    return text;
  }
}
