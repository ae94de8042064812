// How well a list keeps the order of the label sequence: RecLLM-R1's longest common subsequence, with weights of our own.
import { askedLength, listed, type Outcome, type PartOf } from './outcome.ts'

/** What a match at predicted position `at` (from 0) is worth: NDCG's discount. */
const weightAt = (at: number): number => 1 / Math.log2(at + 2)

/**
 * Normalised, position-weighted longest common subsequence. RecLLM-R1 names such a reward and prints no formula; this one is ours:
 * a match at predicted position j is worth w_j = 1 / log2(1 + j), and
 * L[i][j] = max(L[i−1][j], L[i][j−1], L[i−1][j−1] + w_j where label i equals prediction j), divided by Σ w_j over j ≤ min(k, m),
 * with `length` = k items asked for and m in the label. Predictions beyond k count nothing. In [0, 1]; 0 where the label is empty. O(k m) time.
 */
export function weightedLcs(predicted: readonly (string | undefined)[], label: readonly string[], length: number): number {
  const most = Math.min(length, label.length)
  if (most === 0) return 0
  let best = 0
  for (let j = 0; j < most; j++) best += weightAt(j)
  const first = predicted.slice(0, length)
  // one row: row[i] is L[i][j] of the label's first i items
  const row = new Float64Array(label.length + 1)
  for (const [j, id] of first.entries()) {
    let diagonal = 0
    for (let i = 1; i <= label.length; i++) {
      const above = row[i]!
      const matched = id !== undefined && label[i - 1] === id ? diagonal + weightAt(j) : 0
      row[i] = Math.max(above, row[i - 1]!, matched)
      diagonal = above
    }
  }
  return Math.min(1, row[label.length]! / best)
}

/** The label sequence is the row's; without one, the relevant products by falling gain. An answer that is no list is measured by its ranking. */
export const lcs: PartOf<'listLength'> = (outcome, settings) => {
  if (outcome.request.kind !== 'query') return 0
  return weightedLcs(listed(outcome) ?? outcome.ids, labelOf(outcome), askedLength(outcome, settings))
}

function labelOf({ row, targets }: Outcome): readonly string[] {
  return row.sequence ?? [...targets.gain].sort(([, a], [, b]) => b - a).map(([id]) => id)
}
