// Every measure of a ranking in one table, by the names that the page, the record and the command line use.
import type { Judgement } from './dataset.ts'
import { gainOf, ndcg, targetsOfGains, type Targets } from './metrics.ts'
import type { Settings } from './settings.ts'

/** A query's judgements as the measures need them. */
export interface Judged {
  /** what linear and exponential NDCG pay */
  readonly linear: Targets
  readonly exponential: Targets
  /** Exact, or of grade 1 and up: what every other measure calls relevant, whatever the gains */
  readonly relevant: ReadonlySet<string>
  readonly judged: ReadonlySet<string>
}

/** Prepares judgements for any number of measures. `duplicateTargets` only touches the ideal ranking of NDCG, as in the released code. */
export function judgedOf(judgements: readonly Judgement[], { gains, duplicateTargets }: Pick<Settings, 'gains' | 'duplicateTargets'>): Judged {
  const by = (value: (judgement: Judgement) => number): Targets => (
    targetsOfGains(judgements.map((judgement) => [judgement.productId, value(judgement)] as const), duplicateTargets))
  return {
    linear: by((judgement) => gainOf(judgement, gains)),
    exponential: by((judgement) => 2 ** Math.max(0, gainOf(judgement, gains)) - 1),
    relevant: new Set(judgements.filter(({ label }) => label === 'E').map(({ productId }) => productId)),
    judged: new Set(judgements.map(({ productId }) => productId)),
  }
}

interface MeasureSpec {
  readonly name: string
  readonly title: string
  /** other names that are understood */
  readonly also: readonly string[]
  /** whether a name without @k means the whole ranking */
  readonly whole: boolean
  readonly explanation: string
  /** `k` is Infinity for the whole ranking. A product that a ranking repeats keeps its rank and counts where it first stands. */
  readonly of: (ids: readonly string[], judged: Judged, k: number) => number
}

export const MEASURES = [
  {
    name: 'ndcg', title: 'NDCG', also: ['ndcg_cut'], whole: true,
    explanation: 'Gain over log2(rank + 1), over the same for the best ranking of all that was judged (Järvelin and Kekäläinen; trec_eval).',
    of: (ids, { linear }, k) => ndcg(ids, linear, k),
  },
  {
    name: 'ndcg_exp', title: 'NDCG, exponential gain', also: [], whole: true,
    explanation: 'NDCG with gains of 2^grade − 1 (Burges et al. 2005; gdeval).',
    of: (ids, { exponential }, k) => ndcg(ids, exponential, k),
  },
  {
    name: 'recall', title: 'Recall', also: ['r'], whole: true,
    explanation: 'Share of the relevant products that were found.',
    of: (ids, { relevant }, k) => shareOf(relevantRanks(ids, relevant, k).length, relevant.size),
  },
  {
    name: 'precision', title: 'Precision', also: ['p'], whole: false,
    explanation: 'Relevant products among the first k, over k, however short the ranking.',
    of: (ids, { relevant }, k) => relevantRanks(ids, relevant, k).length / k,
  },
  {
    name: 'mrr', title: 'MRR', also: ['rr', 'recip_rank'], whole: true,
    explanation: 'One over the rank of the first relevant product; 0 where none was found.',
    of: (ids, { relevant }, k) => 1 / (relevantRanks(ids, relevant, k)[0] ?? Infinity),
  },
  {
    name: 'map', title: 'MAP', also: ['ap', 'map_cut'], whole: true,
    explanation: 'Precision at the rank of every relevant product that was found, summed, over the number of all relevant ones.',
    of: (ids, { relevant }, k) => shareOf(relevantRanks(ids, relevant, k).reduce((sum, rank, i) => sum + (i + 1) / rank, 0), relevant.size),
  },
  {
    name: 'hit', title: 'Hit rate', also: ['success', 'hit_rate', 'hitrate', 'hits', 'hr'], whole: true,
    explanation: 'Whether a relevant product was found: trec_eval’s success.',
    of: (ids, { relevant }, k) => Math.min(1, relevantRanks(ids, relevant, k).length),
  },
  {
    name: 'unjudged', title: 'Unjudged', also: [], whole: true,
    explanation: 'Share of the products shown (at most k) that nobody judged; they count as irrelevant in every other measure.',
    of: (ids, { judged }, k) => shareOf(ids.slice(0, k).filter((id) => !judged.has(id)).length, Math.min(k, ids.length)),
  },
] as const satisfies readonly MeasureSpec[]

export type MeasureName = (typeof MEASURES)[number]['name']

/** A measure at a cut-off. */
export interface Measure {
  /** as it was asked for */
  readonly label: string
  readonly name: MeasureName
  /** Infinity for the whole ranking */
  readonly k: number
}

/** Reads `ndcg@10`, `map`, or trec_eval's `ndcg_cut_10`. Throws a sentence for anything else. */
export function parseMeasure(label: string): Measure {
  const [, written = '', cut] = /^\s*([a-z_]+?)(?:[@_](\d+))?\s*$/i.exec(label) ?? []
  const wanted = written.toLowerCase()
  const spec = MEASURES.find(({ name, also }) => name === wanted || (also as readonly string[]).includes(wanted))
  if (spec === undefined) {
    const names = MEASURES.map(({ name }) => name).join(', ')
    throw new Error(`measure ${JSON.stringify(label)} is unknown; give one of ${names}, with a cut-off such as ndcg@10`)
  }
  const k = cut === undefined ? Infinity : Number(cut)
  if (k === Infinity && !spec.whole) throw new Error(`measure ${JSON.stringify(label)} has no cut-off; give one, such as ${spec.name}@10`)
  if (k < 1) throw new Error(`measure ${JSON.stringify(label)} has the cut-off ${cut}; give a whole number from 1`)
  return { label: label.trim(), name: spec.name, k }
}

/** A comma-separated list of measures, each once. */
export function parseMeasures(text: string): Measure[] {
  const labels = text.split(',').map((label) => label.trim()).filter((label) => label !== '')
  if (labels.length === 0) throw new Error(`measures are ${JSON.stringify(text)}; give names with commas between them, such as ndcg@10,recall@100`)
  return [...new Set(labels)].map(parseMeasure)
}

/** What a measure says of one ranking. */
export function measure({ name, k }: Pick<Measure, 'name' | 'k'>, ids: readonly string[], judged: Judged): number {
  return MEASURES.find((spec) => spec.name === name)!.of(ids, judged, k)
}

/** Ranks, from 1, of the relevant products among the first k, each where it first stands. */
function relevantRanks(ids: readonly string[], relevant: ReadonlySet<string>, k: number): number[] {
  const ranks: number[] = []
  const seen = new Set<string>()
  for (let i = 0; i < Math.min(k, ids.length) && seen.size < relevant.size; i++) {
    if (!relevant.has(ids[i]!) || seen.has(ids[i]!)) continue
    seen.add(ids[i]!)
    ranks.push(i + 1)
  }
  return ranks
}

/** 0, not NaN, of nothing. */
function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
