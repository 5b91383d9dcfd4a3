export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line above all points, and how far they are below it on average. */
export interface UpperLine {
  readonly slope: number;
  readonly meanGap: number;
}

/**
 * The line above all points that is closest to them: it minimizes the sum of their distances to it.
 *
 * It is the edge of the upper convex hull over the points' mean x, as in Moon, Skelly and Towsley, "Estimation
 * and removal of clock skew from network delay measurements" (INFOCOM 1999), there below delays.
 * @param points at least two, in ascending order of x
 */
export function upperLine(points: readonly Point[]): UpperLine {
  const origin = points[0]!;
  const hull: Point[] = [];
  let sumX = 0;
  let sumY = 0;
  for (const point of points) {
    // Differences keep precision: x and y are µs since the machine booted.
    sumX += point.x - origin.x;
    sumY += point.y - origin.y;
    while (hull.length >= 2 && turnsLeft(hull[hull.length - 2]!, hull[hull.length - 1]!, point)) hull.pop();
    hull.push(point);
  }
  const meanX = origin.x + sumX / points.length;
  const right = Math.max(
    1,
    hull.findIndex((p) => p.x >= meanX),
  );
  const a = hull[right - 1]!;
  const b = hull[right]!;
  const slope = (b.y - a.y) / (b.x - a.x);
  return { slope, meanGap: a.y - origin.y + slope * (meanX - a.x) - sumY / points.length };
}

function turnsLeft(a: Point, b: Point, c: Point): boolean {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) >= 0;
}
