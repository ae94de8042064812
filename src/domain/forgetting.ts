// What a policy still knows of what it knew: probes, what keeping them means, and how much less of it a trained policy has than its start.
import { END_OF_TURN, type Prompt } from './prompt.ts'
import { parseTraining } from './request.ts'
import { bootstrapInterval, pairedGain } from './statistics.ts'

/**
 * How an answer is checked. `format`: it keeps the strict format of training; `copy`: it keeps it and says the words of the probe's completion, in order;
 * `exact`: it is the completion, but for white space around it.
 */
const CHECKS = ['format', 'copy', 'exact'] as const
export type Check = (typeof CHECKS)[number]

/** A text that is held out, and what the policy is asked with it. */
export interface Probe {
  readonly id: string
  /** what the report groups by: `language`, `format`, or what the file says */
  readonly kind: string
  /** empty for a text that stands alone: its first token is then given */
  readonly prompt: string
  /** whose likelihood is measured; what a checked answer is compared with */
  readonly completion: string
  readonly check?: Check
}

/** Sums over the completion's tokens, in nats; divide by `tokens` for a mean. */
export interface ProbeMeasure {
  readonly id: string
  readonly kind: string
  readonly nll: number
  readonly tokens: number
  /** KL(measured ‖ start) between the whole next-token distributions; 0 for the start itself */
  readonly kl: number
  /** of probes with a check */
  readonly passed?: boolean
}

/**
 * Probes of a JSONL file: {prompt, completion} or {text}, each with an id, a kind and a check where it has them. Throws a sentence that names file and row
 * for a line that is neither.
 */
export function parseProbes(content: string, file: string): Probe[] {
  const probes: Probe[] = []
  const ids = new Map<string, number>()
  for (const [at, line] of content.replace(/^\ufeff/, '').split(/\r?\n/).entries()) {
    if (line.trim() === '') continue
    const where = `probes ${file} row ${at + 1}`
    const said = recordOf(line, where)
    const text = (name: string): string | undefined => {
      const value = said[name]
      if (value !== undefined && typeof value !== 'string') throw new Error(`${where}: ${name} is ${JSON.stringify(value)?.slice(0, 60)}, but must be a text`)
      return value
    }
    const [prompt, completion, whole] = [text('prompt'), text('completion'), text('text')]
    if ((whole === undefined) === (prompt === undefined) || (prompt === undefined) !== (completion === undefined)) {
      throw new Error(`${where}: it has ${Object.keys(said).join(', ') || 'no keys'}; give prompt and completion, or text alone`)
    }
    const asked = whole ?? completion ?? ''
    if (asked === '') throw new Error(`${where}: ${whole === undefined ? 'completion' : 'text'} is empty; there is nothing to measure`)
    const check = text('check')
    if (check !== undefined && !isCheck(check)) throw new Error(`${where}: check is ${JSON.stringify(check)}; give one of ${CHECKS.join(', ')}, or leave it out`)
    if (check !== undefined && whole !== undefined) throw new Error(`${where}: a text that stands alone cannot be checked; give prompt and completion`)
    const id = text('id') ?? `${file}:${at + 1}`
    const earlier = ids.get(id)
    if (earlier !== undefined) throw new Error(`${where}: id ${JSON.stringify(id)} stands in row ${earlier} too; give every probe an id of its own`)
    ids.set(id, at + 1)
    probes.push({ id, kind: text('kind') ?? (check === undefined ? 'language' : 'format'), prompt: prompt ?? '', completion: asked, ...(check && { check }) })
  }
  if (probes.length === 0) throw new Error(`probes ${file} holds no probe; give a JSON object with prompt and completion, or with text, on each line`)
  return probes
}

const isCheck = (name: string): name is Check => (CHECKS as readonly string[]).includes(name)

function recordOf(line: string, where: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new Error(`${where} is no JSON: ${JSON.stringify(line.slice(0, 60))}; give an object with prompt and completion, or with text`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${where} is ${JSON.stringify(value)?.slice(0, 60)}, but must be an object with prompt and completion, or with text`)
  return value as Readonly<Record<string, unknown>>
}

const ASSISTANT = '<|im_start|>assistant\n'

/** The probe's prompt with what of it begins the assistant's turn, as the parser of training wants it. */
export function promptOf({ prompt }: Probe): Prompt {
  const at = prompt.lastIndexOf(ASSISTANT)
  return { text: prompt, prefill: at < 0 ? '' : prompt.slice(at + ASSISTANT.length) }
}

/** Whether an output keeps what the probe asks for; undefined for probes without a check. Never throws. */
export function passes(probe: Probe, output: string): boolean | undefined {
  const { check, completion } = probe
  const plain = (text: string): string => (text.endsWith(END_OF_TURN) ? text.slice(0, -END_OF_TURN.length) : text).trim()
  if (check === undefined) return undefined
  if (check === 'exact') return plain(output) === plain(completion)
  const read = (text: string): string | undefined => {
    const request = parseTraining(promptOf(probe), plain(text), { mode: 'corrected' })
    return request.kind === 'query' ? request.query.trim().replaceAll(/\s+/g, ' ') : undefined
  }
  const said = read(output)
  if (said === undefined || said === '') return false
  return check === 'format' || said === read(completion)
}

/** Mean difference over probes with its 95 % bootstrap interval and the p of the paired randomisation test. */
export interface Difference {
  readonly delta: number
  readonly low: number
  readonly high: number
  readonly p: number
}

export interface ForgettingRow {
  readonly method: string
  readonly probes: number
  /** exp of the mean negative log-likelihood per token of all probes */
  readonly perplexity: number
  /** share of checked probes that are kept; absent where none is checked */
  readonly passed?: number
  /** KL(method ‖ start), mean over tokens */
  readonly kl: number
  readonly klLow: number
  readonly klHigh: number
  /** against the start, by token: how many nats less likely the probes became */
  readonly nats: Difference
  /** against the start: how much more of the checked probes it keeps */
  readonly pass?: Difference
}

export interface Forgetting {
  readonly rows: readonly ForgettingRow[]
  /** every two methods: first less second, probe by probe */
  readonly pairs: readonly { readonly first: string; readonly second: string; readonly nats: Difference; readonly kl: Difference; readonly pass?: Difference }[]
}

type Measures = readonly ProbeMeasure[]

/**
 * Methods against their start. Likelihoods and KL are compared by token: each probe counts with its tokens over the mean probe's, so that the mean over probes is
 * the mean over tokens. Throws where methods were asked other probes than the start.
 */
export function forgettingReport(start: Measures, methods: readonly { readonly method: string; readonly measures: Measures }[], seed: number): Forgetting {
  for (const { method, measures } of methods) {
    const at = start.findIndex(({ id, tokens }, i) => measures[i]?.id !== id || measures[i].tokens !== tokens)
    if (at >= 0 || measures.length !== start.length) {
      throw new Error(`${method} was measured on ${measures.length} probes and the start on ${start.length}, which differ from probe ${Math.max(0, at) + 1} on; measure both on the same probes`)
    }
  }
  const share = start.reduce((sum, { tokens }) => sum + tokens, 0) / Math.max(1, start.length)
  const nats = (of: Measures): number[] => of.map(({ nll }) => nll / share)
  const kl = (of: Measures): number[] => of.map((one) => one.kl / share)
  const pass = (of: Measures): number[] => of.flatMap(({ passed }) => (passed === undefined ? [] : [Number(passed)]))
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const isChecked = pass(start).length > 0
  const row = (method: string, measures: Measures): ForgettingRow => {
    const { low, high } = bootstrapInterval(kl(measures), seed)
    return {
      method, probes: measures.length, perplexity: Math.exp(mean(nats(measures))), kl: mean(kl(measures)), klLow: low, klHigh: high, nats: pairedGain(nats(measures), nats(start), seed),
      ...(isChecked && { passed: mean(pass(measures)), pass: pairedGain(pass(measures), pass(start), seed) }),
    }
  }
  return {
    rows: [{ method: 'start', measures: start }, ...methods].map(({ method, measures }) => row(method, measures)),
    pairs: methods.flatMap((one, i) => methods.slice(i + 1).map((other) => ({
      first: one.method, second: other.method, nats: pairedGain(nats(one.measures), nats(other.measures), seed), kl: pairedGain(kl(one.measures), kl(other.measures), seed),
      ...(isChecked && { pass: pairedGain(pass(one.measures), pass(other.measures), seed) }),
    }))),
  }
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`

/** What a pair of methods says about the papers' claim, in a sentence; `level` is how rare chance may be. */
export function verdictOf({ first, second, nats }: Forgetting['pairs'][number], level = 0.05): string {
  const numbers = `${signed(nats.delta)} nats a token (95 % ${signed(nats.low)} to ${signed(nats.high)}, p ${nats.p < 0.001 ? '< 0.001' : `= ${nats.p.toFixed(3)}`})`
  if (nats.p >= level) return `${first} and ${second} forget alike as far as these probes tell: ${numbers}`
  return `${first} forgets ${nats.delta > 0 ? 'more' : 'less'} than ${second}: ${numbers}`
}
