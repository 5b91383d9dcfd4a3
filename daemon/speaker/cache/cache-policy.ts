/** A track as far as the cache has to know it. */
export interface TrackRef {
  readonly hash: string;
  readonly bytes: number;
}

/** What the cache's folder has of a track. */
export interface CacheEntry {
  readonly hash: string;
  readonly diskBytes: number;
  readonly lastUsedMs: number;
}

export interface CachePlan {
  /** Tracks to fetch, in order. */
  readonly admitted: readonly TrackRef[];
  /** To be removed, for the budget to be kept. */
  readonly evict: readonly string[];
  /** May stay, and is what to remove, in this order, should the disk be full before the budget is. */
  readonly spare: readonly string[];
}

/** The track that plays and the one after it are held whatever the budget. */
const pinnedTracks = 2;

/**
 * Divides the budget: first to the wanted tracks in their order, then to the others, the last used first.
 * A wanted track that doesn't fit any more, and those after it, count as others.
 * @param wanted what plays, what plays next, and so on; no track twice
 */
export function planCache(
  wanted: readonly TrackRef[],
  entries: readonly CacheEntry[],
  budgetBytes: number,
): CachePlan {
  const admitted: TrackRef[] = [];
  let left = budgetBytes;
  for (const track of wanted) {
    if (admitted.length >= pinnedTracks && track.bytes > left) break;
    admitted.push(track);
    left -= track.bytes;
  }
  const rank = new Map(wanted.map((track, at) => [track.hash, at]));
  const admittedHashes = new Set(admitted.map((track) => track.hash));
  const others = entries.filter((entry) => !admittedHashes.has(entry.hash));
  others.sort((a, b) => rankOf(rank, a) - rankOf(rank, b) || b.lastUsedMs - a.lastUsedMs);
  const kept = others.findIndex((entry) => {
    left -= entry.diskBytes;
    return left < 0;
  });
  const cut = kept === -1 ? others.length : kept;
  const hashes = others.map((entry) => entry.hash);
  return { admitted, evict: hashes.slice(cut), spare: hashes.slice(0, cut).reverse() };
}

function rankOf(rank: ReadonlyMap<string, number>, entry: CacheEntry): number {
  return rank.get(entry.hash) ?? rank.size;
}
