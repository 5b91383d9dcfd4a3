import { type LocalClock, localUs } from './units.ts';

/** CLOCK_MONOTONIC in µs, with the kernel's nanoseconds as its fraction: the clock ALSA stamps with. */
export const monotonicClock: LocalClock = () => {
  const [seconds, nanoseconds] = process.hrtime();
  return localUs(seconds * 1e6 + nanoseconds / 1e3);
};
