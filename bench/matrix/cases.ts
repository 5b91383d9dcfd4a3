import type { Outcome } from '../sync/run.ts';

/** A figure that a case is to reach. */
export interface Criterion {
  readonly quantity: string;
  readonly unit: string;
  /** Smaller is better, or larger. */
  readonly better: 'less' | 'more';
  readonly required: number;
  readonly aim: number;
  /** Whether a ratio to another system says something: extremes are matters of one moment. */
  readonly isCompared?: true;
  readonly of: (outcome: Outcome) => number;
}

/** One run of the bench, and what it is to show. */
export interface Case {
  readonly name: string;
  readonly title: string;
  /** Options of bench:sync beside --seconds. */
  readonly args: (seconds: number) => readonly string[];
  /** Whether Snapcast plays it, too. */
  readonly withSnapcast: boolean;
  readonly criteria: readonly Criterion[];
}

const INSIDE_PERCENT = 99;

/** The cases that the project holds itself to, in the order of the page. */
export const cases: readonly Case[] = [
  {
    name: 'wired',
    title: 'wired, clocks equal',
    args: () => [],
    withSnapcast: true,
    criteria: [...spread(25, 10), toSound(200, 120)],
  },
  {
    name: 'wired-clocks',
    title: 'wired, clocks ±50 ppm',
    args: () => ['--clock-ppm', '50'],
    withSnapcast: true,
    criteria: spread(30, 15),
  },
  {
    name: 'wifi',
    title: 'Wi-Fi, clocks equal',
    args: () => ['--network', 'wifi'],
    withSnapcast: true,
    criteria: [...spread(150, 50), toSound(400, 250)],
  },
  {
    name: 'wifi-clocks',
    title: 'Wi-Fi, clocks ±50 ppm',
    args: () => ['--network', 'wifi', '--clock-ppm', '50'],
    withSnapcast: false,
    criteria: spread(200, 80),
  },
  {
    name: 'wifi-bad',
    title: 'bad Wi-Fi: 2 % loss, stalls to 200 ms',
    args: () => ['--network', 'wifi-bad'],
    withSnapcast: false,
    criteria: [...spread(500, 200), silences()],
  },
  {
    name: 'sine',
    title: '997 Hz, 24-bit WAV of 44.1 kHz to an S32 DAC at 48 kHz',
    args: () => ['--track', 'sine', '--dac-rate', '48000', '--dac-format', 'S32_LE'],
    withSnapcast: false,
    criteria: [
      {
        quantity: 'SINAD, worst second',
        unit: 'dB',
        better: 'more',
        required: 100,
        aim: 110,
        of: ({ purity }) => Math.min(...purity.map(({ worstSinadDb }) => worstSinadDb)),
      },
      {
        quantity: 'pitch deviation within 1 s',
        unit: 'ppm',
        better: 'less',
        required: 5,
        aim: 2,
        of: ({ purity }) => Math.max(...purity.map(({ worstPitchPpm }) => worstPitchPpm)),
      },
    ],
  },
  {
    name: 'faults',
    title: 'wired, coordinator killed for 10 s, network cut for 10 s',
    args: faults,
    withSnapcast: false,
    criteria: [...spread(50, 25), silences()],
  },
  {
    name: 'wifi-faults',
    title: 'Wi-Fi, the same',
    args: (seconds) => ['--network', 'wifi', ...faults(seconds)],
    withSnapcast: false,
    criteria: [...spread(300, 150), silences()],
  },
  {
    name: 'report-1ms',
    title: 'wired, DACs report in steps of 1 ms',
    args: () => ['--dac-report-us', '1000'],
    withSnapcast: false,
    criteria: spread(50, 25),
  },
  {
    name: 'report-10ms',
    title: 'wired, DACs report in steps of 10 ms',
    args: () => ['--dac-report-us', '10000'],
    withSnapcast: false,
    criteria: spread(50, 25),
  },
];

/** p99, the largest value from the first audible frame on, and whether the bound that was shown held. */
function spread(required: number, aim: number): Criterion[] {
  const inUs = { unit: 'µs', better: 'less' } as const;
  return [
    { ...inUs, quantity: 'spread, p99', required, aim, isCompared: true, of: ({ room }) => room.spread.p99 },
    {
      ...inUs,
      quantity: 'spread, max from the first frame on',
      required: 2 * required,
      aim: required,
      of: ({ room }) => room.spread.max,
    },
    {
      quantity: 'within the shown bound',
      unit: '%',
      better: 'more',
      required: INSIDE_PERCENT,
      aim: 100,
      of: ({ honesty }) => (honesty ? 100 * honesty.insideShare : Number.NaN),
    },
  ];
}

function silences(): Criterion {
  return {
    quantity: 'gaps and xruns',
    unit: '',
    better: 'less',
    required: 0,
    aim: 0,
    of: ({ disturbances }) => disturbances.flat().filter(({ kind }) => kind !== 'step').length,
  };
}

function toSound(required: number, aim: number): Criterion {
  return {
    quantity: 'command to sound',
    unit: 'ms',
    better: 'less',
    required,
    aim,
    isCompared: true,
    of: ({ commandToSoundMs }) => Math.max(...commandToSoundMs.map((ms) => ms ?? Number.NaN)),
  };
}

function faults(seconds: number): string[] {
  const [killS, cutS] = [Math.round(seconds / 6), Math.round(seconds * 0.55)];
  return ['--faults', `kill-coordinator@${killS}+10,cut@${cutS}+10`];
}
