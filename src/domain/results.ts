// Recomputes the measures that result files of the released code hold beside their rankings, by that code's own definitions.
import { measure, judgedOf, parseMeasure, type Measure } from './measures.ts'
import { dcg, mean } from './metrics.ts'

/** One entry of a result file. */
export interface StoredResult {
  readonly queryId: string
  /** in the file's order */
  readonly ids: readonly string[]
  /** in the file's order, duplicates kept; a single target is a list of one */
  readonly targets?: readonly string[]
  /** by the file's own names: 'ndcg@100', 'recall@10', … */
  readonly measures?: Readonly<Record<string, number>>
}

export interface RecomputedMeasure {
  /** of the recomputed values, and of those in the file */
  readonly mean: number
  readonly stored: number
  /** share of the entries whose recomputed value lies within 1e-9 of the stored one */
  readonly equal: number
  /** entries that hold this measure */
  readonly queries: number
}

export interface Recomputed {
  /** entries with targets and a measure */
  readonly queries: number
  /** by the file's names */
  readonly metrics: Readonly<Record<string, RecomputedMeasure>>
  /** entries without targets or without measures */
  readonly leftOut: number
  /** measures by names that mean nothing here */
  readonly unknown: readonly string[]
}

const EQUAL = 1e-9

/** Recomputes every measure of every entry. Throws a sentence where no entry has targets and a measure. */
export function recomputeResults(results: readonly StoredResult[]): Recomputed {
  const pairs = new Map<string, { readonly ours: number[]; readonly stored: number[] }>()
  const known = new Map<string, Measure | undefined>()
  let queries = 0
  for (const { ids, targets, measures } of results) {
    if (targets === undefined || measures === undefined || Object.keys(measures).length === 0) continue
    queries++
    for (const [name, stored] of Object.entries(measures)) {
      if (!known.has(name)) known.set(name, understood(name))
      const wanted = known.get(name)
      if (wanted === undefined) continue
      const pair = pairs.get(name) ?? { ours: [], stored: [] }
      pairs.set(name, pair)
      pair.ours.push(released(wanted, ids, targets))
      pair.stored.push(stored)
    }
  }
  const unknown = [...known].filter(([, wanted]) => wanted === undefined).map(([name]) => name)
  if (pairs.size === 0) {
    const why = queries === 0 ? `none of ${results.length} entries has targets and a measure` : `none of the measures ${unknown.join(', ')} is known`
    throw new Error(`${why}; give a result file with retrieved, target and measures such as ndcg@100`)
  }
  return { queries, metrics: Object.fromEntries([...pairs].map(([name, pair]) => [name, summary(pair)])), leftOut: results.length - queries, unknown }
}

/**
 * NDCG@k of the released code (Rec-R1, src/Lucene/utils.py): every occurrence of a target among the first k retrieved pays
 * 1 / log2(rank + 1), over the same sum for the list of targets cut at k, duplicates kept. So a single target pays
 * 1 / log2(rank + 1), and perfect retrieval of {a, b} for the targets [a, a, b] is worth .7654.
 */
export function releasedNdcg(ids: readonly string[], targets: readonly string[], k: number): number {
  const wanted = new Set(targets)
  const ideal = dcg(targets.map(() => 1), k)
  return ideal === 0 ? 0 : dcg(ids.slice(0, k).map((id) => (wanted.has(id) ? 1 : 0)), k) / ideal
}

/** Any other measure is the same in the released code and here: its recall is over distinct targets. */
function released(wanted: Measure, ids: readonly string[], targets: readonly string[]): number {
  if (wanted.name === 'ndcg') return releasedNdcg(ids, targets, wanted.k)
  return measure(wanted, ids, judgedOf(targets.map((productId) => ({ productId, label: 'E' })), { gains: 'exact', duplicateTargets: 'distinct' }))
}

function understood(name: string): Measure | undefined {
  try {
    return parseMeasure(name)
  } catch {
    return undefined
  }
}

function summary({ ours, stored }: { readonly ours: readonly number[]; readonly stored: readonly number[] }): RecomputedMeasure {
  const equal = ours.filter((value, i) => Math.abs(value - stored[i]!) <= EQUAL).length
  return { mean: mean(ours), stored: mean(stored), equal: equal / ours.length, queries: ours.length }
}
