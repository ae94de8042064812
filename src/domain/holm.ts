// Many comparisons in one table: p-values adjusted so that the chance of even one false mark stays at its level.

/**
 * Holm's step-down adjustment (Holm 1979, A Simple Sequentially Rejective Multiple Test Procedure), in the order given: the k-th smallest of m is
 * multiplied by m − k + 1, and none is smaller than one before it. At most 1.
 */
export function holm(ps: readonly number[]): number[] {
  const adjusted = ps.map(() => 1)
  let most = 0
  for (const [rank, at] of [...ps.keys()].sort((a, b) => ps[a]! - ps[b]!).entries()) {
    most = Math.max(most, Math.min(1, (ps.length - rank) * ps[at]!))
    adjusted[at] = most
  }
  return adjusted
}
