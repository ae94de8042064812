// What a run of several goals trades for what: pairs of measures as points, and which of these no other one beats.
import { paretoFront } from '../../domain/front.ts'
import { REWARD_PARTS, REWARD_WEIGHTS, type RewardPart } from '../../domain/reward.ts'
import { PART_NAMES } from '../../domain/rewards/names.ts'
import type { Settings } from '../../domain/settings.ts'
import type { RunState } from '../../experiment/reduce.ts'

/** A run whose points are drawn. */
export interface TradedRun {
  readonly id: string
  readonly name: string
  readonly state: RunState
  readonly settings: Settings
}

/** One point for some steps, for each validation, or for a whole run: its last steps, or the validation of its best checkpoint. */
export type PointKind = 'steps' | 'validations' | 'runs'

export interface Measure {
  readonly key: string
  readonly name: string
  /** 1: more is better; −1: less is */
  readonly better: 1 | -1
}

export interface TradePoint {
  /** place of its run among the runs */
  readonly run: number
  /** the step, or the first and last of several */
  readonly steps: readonly [number, number]
  readonly x: number
  readonly y: number
  readonly onFront: boolean
}

/** Steps of a run are gathered into at most so many points, each a mean: single steps are noise, for every step has other queries. */
const MOST_POINTS = 24

type Metrics = RunState['validations'][number]['metrics']
type MetricName = keyof Metrics

const METRICS: readonly (Measure & { readonly key: MetricName })[] = [
  { key: 'ndcg@10', name: 'NDCG@10', better: 1 }, { key: 'ndcg@100', name: 'NDCG@100', better: 1 }, { key: 'ndcg@5', name: 'NDCG@5', better: 1 },
  { key: 'recall@10', name: 'Recall@10', better: 1 }, { key: 'recall@5', name: 'Recall@5', better: 1 }, { key: 'mrr@10', name: 'MRR@10', better: 1 },
  { key: 'lcs', name: 'order (LCS)', better: 1 }, { key: 'format', name: 'format rate', better: 1 }, { key: 'distinct', name: 'distinct words', better: 1 },
  { key: 'words', name: 'words of a query', better: -1 }, { key: 'thoughtWords', name: 'words of a thought', better: -1 },
]

/** Parts that count against an output unless somebody weighs them otherwise. */
const FAULTS: ReadonlySet<RewardPart> = new Set<RewardPart>(['malformed', 'repetition', 'length', 'overlong', 'duplicates', 'strangers', 'wrongLength', 'thought'])

/** The measures that any of the runs has for such points; parts that some run weighs come first. */
export function measuresOf(runs: readonly TradedRun[], kind: PointKind): readonly Measure[] {
  const validated = runs.flatMap(({ state }) => state.validations)
  const metrics = METRICS.filter(({ key }) => validated.some((one) => Number.isFinite(one.metrics[key])))
  if (kind === 'validations') return metrics
  const parts = REWARD_PARTS.filter((part) => runs.some(({ state }) => Number.isFinite(state.steps.at(-1)?.parts[part])))
  const weigh = (part: RewardPart): number => runs.reduce((sum, { settings }) => sum + settings[REWARD_WEIGHTS[part]], 0)
  const told = parts.map((part): Measure & { readonly weighed: boolean } => {
    const weight = weigh(part)
    return { key: part, name: PART_NAMES[part], better: weight < 0 || (weight === 0 && FAULTS.has(part)) ? -1 : 1, weighed: weight !== 0 }
  })
  const ordered = [...told.filter(({ weighed }) => weighed), ...told.filter(({ weighed }) => !weighed)].map(({ key, name, better }) => ({ key, name, better }))
  return kind === 'steps' ? ordered : [...metrics.map((metric) => ({ ...metric, key: `validation ${metric.key}`, name: `validation ${metric.name}` })), ...ordered]
}

/** Points of all runs for two measures, with the front over all of them together. What was not measured gives no point. */
export function tradeOffs(runs: readonly TradedRun[], kind: PointKind, x: Measure, y: Measure): readonly TradePoint[] {
  const points = runs.flatMap(({ state }, run) => placesOf(state, kind).flatMap((place) => {
    const [a, b] = [valueAt(state, place, x), valueAt(state, place, y)]
    return Number.isFinite(a) && Number.isFinite(b) ? [{ run, steps: place.steps, x: a, y: b }] : []
  }))
  const front = paretoFront(points.map((point) => ({ x: point.x * x.better, y: point.y * y.better })))
  return points.map((point, at) => ({ ...point, onFront: front[at]! }))
}

interface Place {
  readonly steps: readonly [number, number]
  /** places in `steps`, from and up to but without */
  readonly from: number
  readonly until: number
  /** place in `validations` */
  readonly validation: number
}

function placesOf(state: RunState, kind: PointKind): readonly Place[] {
  const { steps, validations } = state
  if (kind === 'validations') return validations.map(({ step }, validation) => ({ steps: [step, step], from: 0, until: 0, validation }))
  const size = Math.max(1, Math.ceil(steps.length / MOST_POINTS))
  const gathered = Array.from({ length: Math.floor(steps.length / size) }, (_, at): Place => {
    // what fills no whole point at the beginning belongs to the first
    const until = steps.length - (Math.floor(steps.length / size) - 1 - at) * size
    const from = at === 0 ? 0 : until - size
    return { steps: [steps[from]!.step, steps[until - 1]!.step], from, until, validation: -1 }
  })
  if (kind === 'steps') return gathered
  const best = validations.findIndex(({ step, stage }) => stage === undefined && step === state.best?.step)
  return gathered.length === 0 ? [] : [{ ...gathered.at(-1)!, validation: best < 0 ? validations.length - 1 : best }]
}

function valueAt({ steps, validations }: RunState, { from, until, validation }: Place, { key }: Measure): number {
  const metric = METRICS.find((one) => key === `validation ${one.key}` || (until === 0 && key === one.key))
  if (metric !== undefined) return validations[validation]?.metrics[metric.key] ?? Number.NaN
  const values = steps.slice(from, until).flatMap(({ parts }) => parts[key] ?? []).filter(Number.isFinite)
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The two measures to begin with: the two goals that weigh most, or the goal and what damps it most. */
export function firstPair(runs: readonly TradedRun[], kind: PointKind): readonly [Measure, Measure] | undefined {
  const measures = measuresOf(runs, kind)
  if (measures.length < 2) return undefined
  if (kind === 'validations') return [measures[0]!, measures.find(({ key }) => key === 'lcs' || key === 'words') ?? measures[1]!]
  const weight = ({ key }: Measure): number => runs.reduce((sum, { settings }) => sum + (settings[REWARD_WEIGHTS[key as RewardPart]] ?? 0), 0)
  // a format that holds is no goal that anybody trades, and an expression is made of the others
  const goals = measures.filter(({ key }) => !['format', 'malformed', 'expression'].includes(key) && !key.startsWith('validation '))
    .toSorted((a, b) => Number(weight(b) > 0) - Number(weight(a) > 0) || Math.abs(weight(b)) - Math.abs(weight(a)))
  return goals.length < 2 ? [measures[0]!, measures[1]!] : [goals[0]!, goals[1]!]
}
