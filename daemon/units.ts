// Quantities that must not be mixed up. Arithmetic on them gives a plain number; name the result again.

declare const unit: unique symbol;
type Unit<Name extends string> = number & { readonly [unit]: Name };

/** µs on this device's monotonic clock. */
export type LocalUs = Unit<'LocalUs'>;
/** µs on the room clock: the monotonic clock of the host that serves the clock. */
export type RoomUs = Unit<'RoomUs'>;
/** A rate difference in parts per million. */
export type Ppm = Unit<'Ppm'>;
/** Count or index of frames (one sample a channel); fractions are positions between frames. */
export type Frames = Unit<'Frames'>;

export const localUs = (us: number): LocalUs => us as LocalUs;
export const roomUs = (us: number): RoomUs => us as RoomUs;
export const ppm = (value: number): Ppm => value as Ppm;
export const frames = (value: number): Frames => value as Frames;

/** What reads this device's monotonic clock. Logic is handed the time; only edges hold one of these. */
export type LocalClock = () => LocalUs;
