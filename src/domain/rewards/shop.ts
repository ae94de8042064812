// What rewards need to know of the data as a whole.
import type { Row } from '../tasks/task.ts'
import type { Range, Shop } from './outcome.ts'

/** Counted over training rows alone: what a test row holds is not known in training. A row counts a product once, in its history or as relevant. */
export function shopOf(training: readonly Row[], ranges: ReadonlyMap<string, Range> = new Map()): Shop {
  const counts = new Map<string, number>()
  for (const { history, judgements } of training) {
    const held = new Set((history ?? []).map(({ id }) => id))
    for (const { productId, label } of judgements) if (label === 'E') held.add(productId)
    for (const id of held) counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return { rows: training.length, popularity: (id) => counts.get(id) ?? 0, range: (column) => ranges.get(column) }
}
