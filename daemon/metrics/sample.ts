/** One value of a metric, with the labels that tell it from its others. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric: its name as Prometheus has it (base units; counters end in _total), what it means, and its values. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly kind: 'gauge' | 'counter';
  readonly samples: readonly Sample[];
}

/** No label is longer: some come from outside. */
const LABEL_CHARACTERS = 100;

export const gauge = (name: string, help: string, samples: readonly Sample[]): Metric => ({
  name,
  help,
  kind: 'gauge',
  samples,
});

export const counter = (name: string, help: string, samples: readonly Sample[]): Metric => ({
  name,
  help,
  kind: 'counter',
  samples,
});

/** Text for a label. */
export const label = (text: string): string => text.slice(0, LABEL_CHARACTERS);

/** A value for each of a few states: 1 for the one that is, 0 for the others. */
export function oneHot(
  states: readonly string[],
  current: string,
  labels: Readonly<Record<string, string>>,
): Sample[] {
  return states.map((state) => ({
    labels: { ...labels, state: state.toLowerCase() },
    value: state === current ? 1 : 0,
  }));
}
