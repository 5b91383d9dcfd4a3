/** One thing to fetch: a chunk of a track, or its index. */
export interface Fetch {
  readonly hash: string;
  readonly part: number | 'index';
}

/** What is still to be had of one track. */
export interface Demand {
  readonly hash: string;
  /** Parts that somebody waits for, the longest waited for first. */
  readonly waited: readonly Fetch['part'][];
  readonly indexMissing: boolean;
  readonly chunks: number;
  /** The chunk that was read last: what comes after it is needed sooner than what is before it. */
  readonly cursor: number;
  /** Chunks from the cursor on that there is room for; Infinity when the whole track may be had. */
  readonly window: number;
  isMissing(chunk: number): boolean;
}

/** Parts fetched at once when somebody waits for them; ahead of need it's one. */
const maxUrgent = 3;

/**
 * Chooses what to fetch next. What is waited for goes first and has the line to itself; then come, track by
 * track, the index and the chunks from the cursor on; last the chunks before the cursors.
 * @param demands tracks in the order they will be needed
 * @param underway what is being fetched
 */
export function nextFetch(demands: readonly Demand[], underway: readonly Fetch[]): Fetch | undefined {
  const urgent = demands.flatMap(({ hash, waited }) => waited.map((part) => ({ hash, part })));
  if (urgent.length > 0) {
    if (urgent.filter((fetch) => isUnderway(fetch, underway)).length >= maxUrgent) return undefined;
    return urgent.find((fetch) => !isUnderway(fetch, underway));
  }
  if (underway.length > 0) return undefined;
  for (const demand of demands) {
    if (demand.indexMissing) return { hash: demand.hash, part: 'index' };
    const end = Math.min(demand.chunks, demand.cursor + demand.window);
    const part = firstMissing(demand, demand.cursor, end);
    if (part !== undefined) return { hash: demand.hash, part };
  }
  for (const demand of demands) {
    if (demand.window !== Number.POSITIVE_INFINITY) continue;
    const part = firstMissing(demand, 0, demand.cursor);
    if (part !== undefined) return { hash: demand.hash, part };
  }
  return undefined;
}

/** What is being fetched ahead of need and has to make way, now that somebody waits for something else. */
export function inTheWay(demands: readonly Demand[], underway: readonly Fetch[]): Fetch[] {
  const urgent = demands.flatMap(({ hash, waited }) => waited.map((part) => ({ hash, part })));
  return urgent.length === 0 ? [] : underway.filter((fetch) => !isUnderway(fetch, urgent));
}

function isUnderway(fetch: Fetch, underway: readonly Fetch[]): boolean {
  return underway.some((other) => other.hash === fetch.hash && other.part === fetch.part);
}

function firstMissing(demand: Demand, from: number, to: number): number | undefined {
  for (let chunk = from; chunk < to; chunk++) if (demand.isMissing(chunk)) return chunk;
  return undefined;
}
