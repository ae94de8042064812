// What a run will need of graphics memory, beside what the adapter and the person allow, and which settings would make it fit.
import type { AdapterDescription, LoadOptions } from '../../client/policy.ts'
import { judgeMemory, parametersOf, planMemory, readable, type Demand, type MemoryPlan, type Purpose } from '../../domain/memory.ts'
import { readConfig, type ModelConfig, type RawConfig } from '../../domain/modelConfig.ts'
import type { Settings } from '../../domain/settings.ts'
import { taskOf } from '../../domain/tasks/tasks.ts'
import { longestPromptOf } from '../tasks/longest.ts'
import { loadOptionsOf, trainableOf } from './loading.ts'
import { sentenceOf } from '../sentence.ts'

export interface Facts {
  readonly architecture: string
  readonly parameters: number
}

/** A line of the table: purposes of the plan that belong together. */
export interface NeedLine {
  readonly name: string
  readonly bytes: number
  readonly explain: string
}

/** Settings that would make it fit, together. */
export interface Remedy {
  readonly change: Partial<Settings>
  readonly said: string
  /** bytes in all, with it; undefined where that is not what was wrong */
  readonly total: number | undefined
}

export interface Need {
  /** how it would be loaded; undefined where the settings contradict each other */
  readonly options: LoadOptions | undefined
  readonly lines: readonly NeedLine[]
  readonly total: number
  /** bytes that the person allows; undefined where only the adapter's own limits hold */
  readonly allowed: number | undefined
  /** the largest single buffer, and what the adapter binds of one at most */
  readonly largest: { readonly name: string; readonly bytes: number; readonly of: number | undefined } | undefined
  /** why it is not loaded, as a sentence with the remedies */
  readonly refusal: string | undefined
  /** the same without the remedies, for where they are buttons */
  readonly reason: string | undefined
  readonly remedies: readonly Remedy[]
}

/** Characters of a prompt to a token, low enough that the plan errs on the safe side: English text has 4 and more under Qwen's tokenizer. */
const CHARACTERS_PER_TOKEN = 3
/** The best checkpoint and, at the end, the last one stay on the device beside the current weights. */
const KEPT_CHECKPOINTS = 2

interface LineSpec {
  readonly name: string
  readonly purposes: readonly Purpose[]
  /** names under which the engine counts what exists */
  readonly counted: RegExp
  readonly explain: string
}

const LINES: readonly LineSpec[] = [
  { name: 'weights', purposes: ['weights'], counted: /^(model )?weights$/, explain: 'Of the whole model, as baseWeights says; float32 where they are trained themselves.' },
  { name: 'adapter', purposes: ['adapter'], counted: /^adapter( weights)?$/, explain: 'The low-rank pairs beside the frozen weights, in float32.' },
  { name: 'gradients and optimiser', purposes: ['gradients', 'optimiser'], counted: /gradients|moments|optimiser/, explain: 'A gradient and AdamW’s two moments for everything trained, in float32.' },
  { name: 'reference and checkpoints', purposes: ['reference', 'kept copies'], counted: /reference|kept/,
    explain: 'What training started from, for the KL; and the best and the last checkpoint with their optimiser.' },
  { name: 'activations', purposes: ['activations'], counted: /activations/, explain: 'What the way forward leaves for the way back, of one micro-batch. Checkpointing keeps each block’s input alone.' },
  { name: 'cache', purposes: ['cache'], counted: /cache/, explain: 'Keys and values of the sequences that are sampled at one time.' },
  { name: 'logits', purposes: ['logits'], counted: /logits/, explain: 'Scores over the vocabulary, a chunk of rows at a time.' },
  { name: 'batches and scratch', purposes: ['batches', 'scratch'], counted: /./, explain: 'Token ids, advantages, uniforms, readbacks, and freed buffers that wait to be taken again.' },
]

/** config.json as it stands. */
export function configOf(bytes: ArrayBuffer): RawConfig {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as RawConfig
  } catch {
    throw new Error('config.json is no JSON; the file is damaged or of another kind')
  }
}

/** What config.json says of a model; undefined where this engine does not run it. */
export function factsOf(raw: RawConfig): Facts | undefined {
  try {
    const config = readConfig(raw)
    return { architecture: config.architecture.replace('ForCausalLM', ''), parameters: parametersOf(config) }
  } catch {
    return undefined
  }
}

/** Tokens of the longest prompt, estimated by its characters. */
function promptTokens(longest: number): number {
  return Math.ceil(longest / CHARACTERS_PER_TOKEN)
}

function demandOf(settings: Settings, { weights, checkpointing }: LoadOptions, longest: number): Demand {
  const { promptsPerStep, groupSize, maxNewTokens, evaluationBatch, sftBatch } = settings
  return {
    weights, checkpointing, promptsPerStep, groupSize, maxNewTokens, evaluationBatch, trainable: trainableOf(settings), promptTokens: promptTokens(longest),
    reference: true, keptCheckpoints: KEPT_CHECKPOINTS, ...(settings.stages.includes('sft') ? { sftBatch } : {}),
  }
}

/** A change of the plan as settings. */
function settingsOfChange({ weights, checkpointing, promptsPerStep, groupSize, maxNewTokens, evaluationBatch, sftBatch, trainable }: Partial<Demand>): Partial<Settings> {
  return {
    ...(weights === undefined ? {} : { baseWeights: weights }), ...(checkpointing === undefined ? {} : { checkpointing }),
    ...(promptsPerStep === undefined ? {} : { promptsPerStep }), ...(groupSize === undefined ? {} : { groupSize }),
    ...(maxNewTokens === undefined ? {} : { maxNewTokens }), ...(evaluationBatch === undefined ? {} : { evaluationBatch }), ...(sftBatch === undefined ? {} : { sftBatch }),
    ...(trainable?.kind === 'lora' ? { trainable: 'lora' as const, loraRank: trainable.rank, loraTargets: 'all' } : {}),
  }
}

const saidOf = (change: Partial<Settings>): string => Object.entries(change).map(([name, value]) => `${name} ${value}`).join(', ')

const NOTHING = { options: undefined, lines: [], total: 0, largest: undefined, remedies: [] } as const

function linesOf({ bytes }: MemoryPlan, full: boolean): NeedLine[] {
  return LINES.flatMap(({ name, purposes, explain }) => {
    const line = { name, explain, bytes: purposes.reduce((sum, purpose) => sum + bytes[purpose], 0) }
    return full && name === 'adapter' ? [] : [line]
  })
}

/** The engine's purpose of the buffers that it measures the adapter's peaks with. */
export const MEASURING_PEAK = 'peak'

/** What the engine counted, by the table's lines: the first line that a purpose belongs to. */
export function measuredLines(bytes: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const [purpose, count] of Object.entries(bytes)) {
    // what measuring the adapter takes is no run's
    if (purpose === MEASURING_PEAK) continue
    const { name } = LINES.find(({ counted }) => counted.test(purpose)) ?? LINES.at(-1)!
    sums.set(name, (sums.get(name) ?? 0) + count)
  }
  return sums
}

let last: { readonly of: readonly unknown[]; readonly need: Need } | undefined

/**
 * The plan of a run with the policy of `raw` (its config.json) under `settings`, and whether it fits. Never throws: what is wrong is the refusal.
 * `longest`: characters of the task's longest prompt; without it, that of a row of usual length. Remedies take many plans, so the last answer is kept for who asks the same again.
 */
export function needOf(raw: RawConfig, settings: Settings, adapter: AdapterDescription | undefined, longest = longestPromptOf([], taskOf(settings), settings)): Need {
  const asked = [raw, settings, adapter, longest]
  if (last?.of.every((value, at) => value === asked[at]) !== true) last = { of: asked, need: planned(raw, settings, adapter, longest) }
  return last!.need
}

function planned(raw: RawConfig, settings: Settings, adapter: AdapterDescription | undefined, longest: number): Need {
  const allowed = settings.memoryBudget > 0 ? settings.memoryBudget * 2 ** 30 : undefined
  let config: ModelConfig
  try {
    config = readConfig(raw)
  } catch (error) {
    return { ...NOTHING, allowed, refusal: sentenceOf(error), reason: sentenceOf(error) }
  }
  let options: LoadOptions
  try {
    options = loadOptionsOf(settings, parametersOf(config))
  } catch (error) {
    const remedies = [{ baseWeights: 'auto' as const }, { trainable: 'lora' as const }].map((change) => ({ change, said: saidOf(change), total: undefined }))
    return { ...NOTHING, allowed, refusal: sentenceOf(error), reason: sentenceOf(error), remedies }
  }
  const binding = adapter === undefined ? Infinity : Math.min(adapter.maxBufferSize, adapter.maxStorageBufferBindingSize)
  const plan = planMemory(config, demandOf(settings, options, longest), binding)
  const known = {
    options, allowed, lines: linesOf(plan, settings.trainable === 'full'), total: plan.peak,
    largest: { ...plan.largest, of: binding === Infinity ? undefined : binding },
  }
  const judged = judgeMemory(plan, {
    maxBufferSize: adapter?.maxBufferSize ?? Infinity, maxStorageBufferBindingSize: adapter?.maxStorageBufferBindingSize ?? Infinity,
    ...(allowed === undefined ? {} : { budgetBytes: allowed }),
  })
  if (judged.fits) return { ...known, refusal: undefined, reason: undefined, remedies: [] }
  const remedies = judged.remedies.map(({ change, peak }) => {
    const settingsChange = settingsOfChange(change)
    return { change: settingsChange, said: saidOf(settingsChange), total: peak }
  })
  const reason = judged.reasons.join('; ')
  const cure = remedies.length === 0 ? 'choose a smaller model' : `set ${remedies.slice(0, 3).map(({ said, total }) => `${said} (${readable(total)})`).join(', or ')}`
  return { ...known, reason, remedies, refusal: `${reason}; ${cure}` }
}
