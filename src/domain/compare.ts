// Two systems on the same queries: where they differ, by how much, and whether that is more than chance.
import type { QueryValues } from './evaluation.ts'
import { mean } from './metrics.ts'
import { pairedGain, pairedT } from './statistics.ts'

/** One query under both systems. */
export interface ComparedQuery {
  readonly id: string
  readonly domain?: string
  readonly before: number
  readonly after: number
  /** after − before */
  readonly delta: number
}

export interface ComparedMeans {
  readonly queries: number
  readonly before: number
  readonly after: number
  readonly delta: number
  /** queries on which `after` is better, equal and worse */
  readonly wins: number
  readonly ties: number
  readonly losses: number
}

export interface Comparison extends ComparedMeans {
  /** 95% percentile bootstrap interval of the mean difference, over queries */
  readonly low: number
  readonly high: number
  /** two-sided p of the paired randomisation test: exact over few queries */
  readonly p: number
  /** Student's paired t test, with its interval; absent for fewer than two queries */
  readonly t?: { readonly t: number; readonly df: number; readonly p: number; readonly low: number; readonly high: number }
  /** the same means by domain, in the order in which domains first stand */
  readonly domains: readonly (ComparedMeans & { readonly domain: string })[]
  /** in the order of `before` */
  readonly perQuery: readonly ComparedQuery[]
  /** queries that only one of the systems has a value for; they are left out */
  readonly unpaired: number
}

/** Values this close are a tie: sums of the same gains in another order differ by rounding. */
export const TIE = 1e-12

/**
 * Compares two systems by the measure `label`, query by query (`queries` of two evaluations). `seed` decides the resampling.
 * Throws a sentence when no query has a value under both.
 */
export function compareRankings(before: readonly QueryValues[], after: readonly QueryValues[], label: string, seed: number): Comparison {
  const later = new Map(after.map((query) => [query.id, query.values[label]]))
  const perQuery: ComparedQuery[] = []
  for (const { id, domain, values } of before) {
    const [one, two] = [values[label], later.get(id)]
    if (one === undefined || two === undefined) continue
    perQuery.push({ id, ...(domain === undefined ? {} : { domain }), before: one, after: two, delta: two - one })
  }
  const unpaired = new Set([...before, ...after].map(({ id }) => id)).size - perQuery.length
  if (perQuery.length === 0) throw new Error(`no query has ${label} under both systems (${before.length} against ${after.length}); measure both on the same queries`)
  const [first, second] = [perQuery.map((query) => query.before), perQuery.map((query) => query.after)]
  const { low, high, p } = pairedGain(second, first, seed)
  return {
    ...meansOf(perQuery), low, high, p, ...(perQuery.length < 2 ? {} : { t: pairedT(second, first) }),
    domains: domainsOf(perQuery), perQuery, unpaired,
  }
}

function domainsOf(queries: readonly ComparedQuery[]): Comparison['domains'] {
  const names = [...new Set(queries.flatMap(({ domain }) => (domain === undefined ? [] : [domain])))]
  return names.map((domain) => ({ domain, ...meansOf(queries.filter((query) => query.domain === domain)) }))
}

function meansOf(queries: readonly ComparedQuery[]): ComparedMeans {
  const wins = queries.filter(({ delta }) => delta > TIE).length
  const losses = queries.filter(({ delta }) => delta < -TIE).length
  const [before, after] = [mean(queries.map((query) => query.before)), mean(queries.map((query) => query.after))]
  return { queries: queries.length, before, after, delta: after - before, wins, ties: queries.length - wins - losses, losses }
}
