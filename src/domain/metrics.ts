// How good a ranking is: NDCG and recall against judgements.
import type { EsciLabel, Judgement } from './dataset.ts'
import type { Settings } from './settings.ts'

/** Gains of KDD Cup 2022's first task. Binary relevance counts Exact alone, as Rec-R1 does. */
const GAINS: Readonly<Record<Settings['gains'], Readonly<Record<EsciLabel, number>>>> = {
  exact: { E: 1, S: 0, C: 0, I: 0 },
  graded: { E: 1, S: 0.1, C: 0.01, I: 0 },
}

/** What a ranking is measured against. */
export interface Targets {
  /** gain by product id, only ids with a gain above zero */
  readonly gain: ReadonlyMap<string, number>
  /** the gains of the best possible ranking, falling */
  readonly ideal: readonly number[]
}

/** Gain of a judgement; graded gains of a qrels file are its own grades, as in trec_eval. */
export function gainOf({ label, grade }: Judgement, gains: Settings['gains']): number {
  return gains === 'graded' && grade !== undefined ? grade : GAINS[gains][label]
}

/**
 * Targets of a query. Of several judgements of one product the highest gain stands; with `keep` each of them stays in the ideal
 * ranking, as in the released code, where perfect retrieval of {a, b} for the targets [a, a, b] is worth .7654.
 */
export function targetsOf(judgements: readonly Judgement[], { gains, duplicateTargets }: Pick<Settings, 'gains' | 'duplicateTargets'>): Targets {
  const judged = judgements.map((judgement) => [judgement.productId, gainOf(judgement, gains)] as const)
  return targetsOfGains(judged, duplicateTargets)
}

/** Targets from any gains by id; gains at or below zero count nothing, as in trec_eval. */
export function targetsOfGains(
  judged: Iterable<readonly [id: string, gain: number]>, duplicates: Settings['duplicateTargets'] = 'distinct',
): Targets {
  const gain = new Map<string, number>()
  const all: number[] = []
  for (const [id, value] of judged) {
    if (!(value > 0)) continue
    all.push(value)
    gain.set(id, Math.max(gain.get(id) ?? 0, value))
  }
  return { gain, ideal: (duplicates === 'keep' ? all : [...gain.values()]).sort((a, b) => b - a) }
}

/**
 * NDCG at `k`: sum of gain / log2(rank + 1) over the first k of `ids`, over the same sum for the ideal ranking cut at k
 * (Järvelin and Kekäläinen, linear gains; trec_eval's ndcg_cut). An id counts where it first stands. 0 where nothing is relevant.
 */
export function ndcg(ids: readonly string[], targets: Targets, k: number): number {
  const ideal = dcg(targets.ideal, k)
  if (ideal === 0) return 0
  const found = new Set<string>()
  let sum = 0
  for (let i = 0; i < Math.min(k, ids.length) && found.size < targets.gain.size; i++) {
    const gain = targets.gain.get(ids[i]!)
    if (gain === undefined || found.has(ids[i]!)) continue
    found.add(ids[i]!)
    sum += gain / Math.log2(i + 2)
  }
  return sum / ideal
}

/** Discounted sum of the first `k` gains. */
export function dcg(gains: readonly number[], k: number): number {
  let sum = 0
  for (let i = 0; i < Math.min(k, gains.length); i++) sum += gains[i]! / Math.log2(i + 2)
  return sum
}

/** Share of the relevant ids that stand among the first `k`; 0 where nothing is relevant (trec_eval's recall). */
export function recall(ids: readonly string[], targets: Targets, k: number): number {
  if (targets.gain.size === 0) return 0
  const found = new Set(ids.slice(0, k).filter((id) => targets.gain.has(id)))
  return found.size / targets.gain.size
}

/** 1 / rank of the first relevant id within the first `k`; 0 where none stands there (Voorhees 1999). */
export function reciprocalRank(ids: readonly string[], targets: Targets, k: number): number {
  const at = ids.slice(0, k).findIndex((id) => targets.gain.has(id))
  return at < 0 ? 0 : 1 / (at + 1)
}

/** trec_eval's order of a scored run: score falling in single precision, which is how it keeps them, then id falling; ranks written in the run are ignored. */
export function trecOrder(scores: Iterable<readonly [id: string, score: number]>): string[] {
  return [...scores].map(([id, score]) => [id, Math.fround(score)] as const).sort(([a, x], [b, y]) => (y > x ? 1 : y < x ? -1 : 0) || (a < b ? 1 : a > b ? -1 : 0)).map(([id]) => id)
}

/** Mean of numbers; 0 for none. */
export function mean(values: Iterable<number>): number {
  let sum = 0
  let count = 0
  for (const value of values) {
    sum += value
    count++
  }
  return count === 0 ? 0 : sum / count
}
