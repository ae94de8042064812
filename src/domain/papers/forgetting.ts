// Rec-R1's Figure 4: what the policy forgot while it learned to search, by imitation and by reinforcement.
import type { ProbeMeasure } from '../forgetting.ts'
import { mean } from '../metrics.ts'
import { bootstrapInterval, pairedGain } from '../statistics.ts'
import { holm } from '../holm.ts'
import type { Settings } from '../settings.ts'
import type { Experiment, Figure, ForgottenBy, Given, PlannedRun, Printed } from './experiment.ts'
import { keyOf, METHODS } from './methods.ts'

/** Of the resampling: the same figure every time. */
const SEED = 1

interface Trained {
  readonly method: string
  readonly settings: (base: Settings) => Partial<Settings>
}

/** Imitation is measured at its end: the best by the recommender’s reward may be its very beginning, which has forgotten nothing. */
const TRAINED: readonly Trained[] = [
  { method: 'SFT, full text', settings: (base) => ({ ...METHODS.sft.settings(base), sftFullText: true, validationEvery: 0 }) },
  { method: 'SFT, completions', settings: (base) => ({ ...METHODS.sft.settings(base), sftFullText: false, validationEvery: 0 }) },
  { method: 'RL', settings: () => METHODS.rl.settings() },
]

/** Measures of probes, as experiments compare them: KL by token. */
export function forgottenBy(measures: readonly ProbeMeasure[]): ForgottenBy {
  return new Map(measures.map(({ id, kind, nll, tokens, kl, passed }) => [id, { nll, tokens, kl: kl / Math.max(1, tokens), kind, ...(passed === undefined ? {} : { passed }) }]))
}

/** Nats a token over some probes: their exponential is the perplexity. */
function nats(by: ForgottenBy, ids: readonly string[]): number {
  const own = ids.map((id) => by.get(id)!)
  return own.reduce((sum, { nll }) => sum + nll, 0) / own.reduce((sum, { tokens }) => sum + tokens, 0)
}

interface Row {
  readonly method: string
  readonly probes: number
  readonly perplexity: number
  /** nats a token above the base, mean over probes */
  readonly delta: number
  readonly low: number
  readonly high: number
  readonly p: number
  readonly kl: number
  readonly klLow: number
  readonly klHigh: number
  readonly passed: number | undefined
}

const perToken = (by: ForgottenBy, id: string): number => by.get(id)!.nll / Math.max(1, by.get(id)!.tokens)

/** Each method against the base, probe by probe; seeds are averaged. */
export function forgettingRows(base: ForgottenBy, methods: readonly { readonly method: string; readonly seeds: readonly ForgottenBy[] }[]): readonly Row[] {
  const ids = [...base.keys()].filter((id) => methods.every(({ seeds }) => seeds.every((by) => by.has(id))))
  const all = [{ method: 'Base', seeds: [base] }, ...methods].filter(({ seeds }) => seeds.length > 0)
  const rows = all.map(({ method, seeds }): Row => {
    const now = ids.map((id) => mean(seeds.map((by) => perToken(by, id))))
    const was = ids.map((id) => perToken(base, id))
    const same = now.every((value, at) => value === was[at])
    const { delta, low, high, p } = same || ids.length === 0 ? { delta: 0, low: 0, high: 0, p: 1 } : pairedGain(now, was, SEED)
    const kl = ids.map((id) => mean(seeds.map((by) => by.get(id)!.kl)))
    const klBounds = same || ids.length === 0 ? { low: 0, high: 0 } : bootstrapInterval(kl, SEED)
    const asked = ids.filter((id) => base.get(id)!.passed !== undefined)
    const passed = asked.length === 0 ? undefined : mean(asked.flatMap((id) => seeds.map((by) => Number(by.get(id)!.passed === true))))
    return {
      method, probes: ids.length, perplexity: ids.length === 0 ? Number.NaN : Math.exp(mean(seeds.map((by) => nats(by, ids)))), delta, low, high, p,
      kl: ids.length === 0 ? Number.NaN : mean(kl), klLow: klBounds.low, klHigh: klBounds.high, passed,
    }
  })
  const adjusted = holm(rows.slice(1).map(({ p }) => p))
  return rows.map((row, at) => (at === 0 ? row : { ...row, p: adjusted[at - 1]! }))
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`
export const pSaid = (p: number): string => (p < 0.001 ? 'p < .001' : `p ${p.toFixed(3).replace(/^0/, '')}`)

function list(rows: readonly Row[]): Printed {
  return {
    title: 'What was forgotten', source: 'p of the paired randomisation test over probes, Holm-adjusted; KL in nats a token from the base',
    columns: ['Probes', 'Perplexity', 'Nats a token above the base', '95 %', 'p', 'KL from the base', 'Format kept'],
    rows: rows.map((row, at) => ({ name: row.method, values: [
      row.probes, row.perplexity.toPrecision(4), at === 0 ? '–' : signed(row.delta), at === 0 ? '–' : `${signed(row.low)} to ${signed(row.high)}`, at === 0 ? '–' : pSaid(row.p),
      at === 0 ? '0' : row.kl.toPrecision(3), row.passed === undefined ? '–' : `${Math.round(100 * row.passed)} %`,
    ] })),
  }
}

/** The verdict of the papers, held against what was measured: nats a token of SFT on full text less those of RL, probe by probe. */
function verdict(methods: readonly { readonly method: string; readonly seeds: readonly ForgottenBy[] }[], base: ForgottenBy): readonly string[] {
  const seedsOf = (method: string): readonly ForgottenBy[] => methods.find((one) => one.method === method)?.seeds ?? []
  return ['SFT, full text', 'SFT, completions'].flatMap((method) => {
    const [sft, rl] = [seedsOf(method), seedsOf('RL')]
    const ids = [...base.keys()].filter((id) => [...sft, ...rl].every((by) => by.has(id)))
    if (sft.length === 0 || rl.length === 0 || ids.length === 0) return []
    const of = (seeds: readonly ForgottenBy[]): number[] => ids.map((id) => mean(seeds.map((by) => perToken(by, id))))
    const { delta, low, high, p } = pairedGain(of(sft), of(rl), SEED)
    const numbers = `${signed(delta)} nats a token on ${ids.length} probes (95 % ${signed(low)} to ${signed(high)}, ${pSaid(p)})`
    if (p >= 0.05) return [`${method}, forgets as much as RL as far as these probes tell: ${numbers}.`]
    return [delta > 0 ? `${method}, forgets more than RL: ${numbers}, as the paper has it.` : `${method}, forgets less than RL here, against the paper: ${numbers}.`]
  })
}

export const forgetting: Experiment = {
  name: 'forgetting',
  title: 'What is forgotten',
  from: 'Rec-R1, Figure 4',
  shows: 'Held-out text becomes less likely, and instructions are kept less often, the further a policy is trained away from its base. The paper has SFT forget and RL not.',
  how: 'The same probes before and after: perplexity of held-out text, formats asked for, and KL from the base over the probes’ tokens. The paper asks six public benchmarks of a 3B model instead.',
  heeds: ['seeds'],
  wants: ['probes'],
  plan: (base, { seeds }) => TRAINED.flatMap(({ method, settings }) => seeds.map((seed): PlannedRun => (
    { key: keyOf('', method, seed), column: '', method, seed, settings: { ...base, ...settings(base), seed } }))),
  layout: (given: Given) => {
    const { forgotten, plan } = given
    const base = forgotten.get('base')
    if (base === undefined) return { tables: [], figures: [], notes: [] }
    const methods = TRAINED.map(({ method }) => ({ method, seeds: plan.filter((run) => run.method === method).flatMap(({ key }) => forgotten.get(key) ?? []) }))
      .filter(({ seeds }) => seeds.length > 0)
    const rows = forgettingRows(base, methods)
    const trained = rows.slice(1)
    const bars = (title: string, y: string, of: (row: Row) => { readonly y: number; readonly low: number; readonly high: number }): Figure => ({
      title, kind: 'bars', x: '', y, names: trained.map(({ method }) => method), says: 'Bars: 95 % bootstrap over probes.',
      series: [{ name: y, points: trained.map((row, x) => ({ x, ...of(row) })) }],
    })
    return {
      tables: [], notes: verdict(methods, base), lists: [list(rows)],
      figures: trained.length === 0 ? [] : [
        bars('Held-out text', 'nats a token above the base', ({ delta, low, high }) => ({ y: delta, low, high })),
        bars('Distance from the base', 'KL, nats a token', ({ kl, klLow, klHigh }) => ({ y: kl, low: klLow, high: klHigh })),
      ],
    }
  },
}
