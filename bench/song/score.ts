/** A note: when (beats from the bar's start), which (MIDI number), how long (beats). */
export type Note = readonly [beat: number, pitch: number, beats: number];

/** One bar of four beats. No two bars are alike, so that every instant of the piece sounds like no other. */
export interface Bar {
  readonly chords: readonly { readonly beat: number; readonly pitches: readonly number[] }[];
  readonly bass: readonly Note[];
  readonly melody: readonly Note[];
}

export const BEATS_PER_MINUTE = 98;
export const BEATS_PER_BAR = 4;

/** The piece, in G major. */
export const SCORE: readonly Bar[] = [
  {
    chords: [{ beat: 0, pitches: [55, 59, 62, 66] }],
    bass: [
      [0, 43, 2.5],
      [3, 50, 0.9],
    ],
    melody: [
      [0, 71, 0.5],
      [0.75, 69, 0.25],
      [1, 67, 1],
      [2, 74, 0.5],
      [2.5, 76, 0.5],
      [3, 78, 1.5],
    ],
  },
  {
    chords: [
      { beat: 0, pitches: [54, 59, 62, 67] },
      { beat: 2.5, pitches: [55, 59, 64, 67] },
    ],
    bass: [
      [0, 40, 1.5],
      [1.5, 47, 0.5],
      [2.5, 40, 1.4],
    ],
    melody: [
      [0.5, 79, 1],
      [1.5, 78, 0.5],
      [2, 74, 1.5],
      [3.5, 71, 0.5],
    ],
  },
  {
    chords: [{ beat: 0, pitches: [52, 55, 59, 62] }],
    bass: [
      [0, 36, 2],
      [2, 43, 1],
      [3.5, 47, 0.5],
    ],
    melody: [
      [0, 76, 1.5],
      [1.5, 74, 0.5],
      [2.5, 71, 0.5],
      [3, 67, 1],
    ],
  },
  {
    chords: [
      { beat: 0, pitches: [55, 60, 62, 69] },
      { beat: 2, pitches: [54, 60, 64, 71] },
    ],
    bass: [
      [0, 38, 1.5],
      [2, 38, 0.5],
      [2.5, 45, 1.3],
    ],
    melody: [
      [0.5, 69, 0.5],
      [1, 71, 0.5],
      [1.5, 74, 1],
      [3, 81, 1],
    ],
  },
  {
    chords: [{ beat: 0.5, pitches: [54, 57, 62, 66] }],
    bass: [
      [0, 47, 2],
      [2.5, 42, 1.4],
    ],
    melody: [
      [0, 78, 0.75],
      [0.75, 79, 0.75],
      [1.5, 78, 1],
      [2.75, 74, 1.2],
    ],
  },
  {
    chords: [
      { beat: 0, pitches: [55, 59, 62, 66] },
      { beat: 3, pitches: [56, 59, 62, 67] },
    ],
    bass: [
      [0, 40, 1],
      [1, 52, 0.5],
      [2, 47, 1],
      [3, 44, 0.9],
    ],
    melody: [
      [1, 71, 0.5],
      [1.5, 74, 0.5],
      [2, 76, 0.5],
      [2.5, 79, 1.4],
    ],
  },
  {
    chords: [
      { beat: 0, pitches: [55, 59, 60, 64] },
      { beat: 1.5, pitches: [57, 60, 64, 67] },
    ],
    bass: [
      [0, 45, 1.5],
      [1.5, 52, 1],
      [3, 43, 0.9],
    ],
    melody: [
      [0, 83, 1.5],
      [1.5, 81, 1],
      [2.5, 79, 0.5],
      [3, 76, 0.5],
      [3.5, 74, 0.5],
    ],
  },
  {
    chords: [
      { beat: 0, pitches: [54, 60, 64, 69] },
      { beat: 2, pitches: [54, 57, 60, 63] },
    ],
    bass: [
      [0, 38, 2],
      [2.5, 42, 0.5],
      [3, 45, 0.9],
    ],
    melody: [
      [0.25, 72, 1.2],
      [1.5, 69, 1],
      [3, 66, 0.5],
      [3.5, 69, 0.5],
    ],
  },
  {
    chords: [{ beat: 0, pitches: [57, 59, 62, 66] }],
    bass: [
      [0, 43, 1],
      [1.5, 38, 0.5],
      [2, 43, 1.9],
    ],
    melody: [
      [0, 71, 2],
      [2.5, 74, 0.25],
      [2.75, 76, 0.25],
      [3, 79, 1],
    ],
  },
  {
    chords: [
      { beat: 0, pitches: [57, 59, 63, 66] },
      { beat: 2.5, pitches: [59, 63, 69, 71] },
    ],
    bass: [
      [0, 35, 1.5],
      [1.5, 42, 1],
      [3, 47, 0.5],
      [3.5, 39, 0.5],
    ],
    melody: [
      [0.5, 75, 0.5],
      [1, 78, 1],
      [2, 83, 1.25],
      [3.5, 81, 0.5],
    ],
  },
  {
    chords: [
      { beat: 0, pitches: [55, 59, 64, 71] },
      { beat: 2, pitches: [55, 59, 63, 71] },
    ],
    bass: [
      [0, 40, 2],
      [2, 39, 1.9],
    ],
    melody: [
      [0, 79, 1],
      [1, 78, 0.5],
      [1.5, 79, 1.5],
      [3.25, 71, 0.7],
    ],
  },
  {
    chords: [
      { beat: 0, pitches: [55, 59, 62, 71] },
      { beat: 2, pitches: [54, 59, 64, 69] },
    ],
    bass: [
      [0, 38, 1],
      [1, 45, 1],
      [2, 37, 1.9],
    ],
    melody: [
      [0.5, 74, 1],
      [1.5, 71, 0.5],
      [2, 73, 1],
      [3, 76, 0.9],
    ],
  },
  {
    chords: [
      { beat: 0, pitches: [52, 55, 59, 66] },
      { beat: 3, pitches: [55, 59, 64, 66] },
    ],
    bass: [
      [0, 36, 2.5],
      [2.5, 40, 0.5],
      [3, 43, 0.9],
    ],
    melody: [
      [0, 78, 1.5],
      [1.5, 76, 0.25],
      [1.75, 74, 0.25],
      [2, 71, 0.5],
      [2.5, 66, 1.4],
    ],
  },
  {
    chords: [
      { beat: 0, pitches: [55, 60, 63, 67] },
      { beat: 2, pitches: [57, 60, 63, 67] },
    ],
    bass: [
      [0, 36, 1.5],
      [2, 45, 1],
      [3, 41, 0.9],
    ],
    melody: [
      [0, 75, 0.75],
      [0.75, 74, 0.75],
      [1.5, 72, 0.5],
      [2.25, 67, 0.75],
      [3.25, 70, 0.7],
    ],
  },
  {
    chords: [
      { beat: 0, pitches: [54, 59, 62, 69] },
      { beat: 2, pitches: [55, 60, 64, 69] },
    ],
    bass: [
      [0, 47, 1],
      [1, 40, 1],
      [2, 45, 1],
      [3, 38, 0.9],
    ],
    melody: [
      [0.5, 74, 0.5],
      [1, 78, 0.5],
      [1.5, 81, 1],
      [3, 79, 0.5],
      [3.5, 74, 0.5],
    ],
  },
  {
    chords: [{ beat: 0, pitches: [55, 59, 62, 66, 69] }],
    bass: [[0, 31, 3.8]],
    melody: [
      [0.02, 71, 1],
      [0.5, 74, 1],
      [1, 78, 1],
      [1.75, 83, 2],
    ],
  },
];
