// Which of several outcomes no other one beats in every respect.

export interface Outcomes {
  readonly x: number
  readonly y: number
}

/**
 * Which points lie on the Pareto front where more of either is better: those that no other point equals or exceeds in both and exceeds in one. Equal points
 * stand on it together; a point without two finite values never does. In the points' order; O(n log n).
 */
export function paretoFront(points: readonly Outcomes[]): readonly boolean[] {
  const on = points.map(() => false)
  const order = points.flatMap(({ x, y }, at) => (Number.isFinite(x) && Number.isFinite(y) ? [at] : []))
  order.sort((a, b) => points[b]!.x - points[a]!.x || points[b]!.y - points[a]!.y)
  let highest = -Infinity
  let last: Outcomes | undefined
  for (const at of order) {
    const point = points[at]!
    const same = last !== undefined && last.x === point.x && last.y === point.y
    if (!same && point.y <= highest) continue
    on[at] = true
    highest = point.y
    last = point
  }
  return on
}
