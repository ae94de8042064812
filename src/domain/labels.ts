// The labels that a query's products were judged with.
import type { EsciLabel, Judgement } from './dataset.ts'

const WORST_FIRST: readonly EsciLabel[] = ['I', 'C', 'S', 'E']

/** Label by product id; the better one stands for a product that was judged twice. */
export function labelsOf(judgements: readonly Judgement[] = []): ReadonlyMap<string, EsciLabel> {
  const sorted = judgements.toSorted((a, b) => WORST_FIRST.indexOf(a.label) - WORST_FIRST.indexOf(b.label))
  return new Map(sorted.map(({ productId, label }) => [productId, label]))
}
