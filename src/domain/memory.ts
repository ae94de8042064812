// What a run will need of GPU memory, by purpose, before anything is loaded; and whether it fits, or which settings would make it fit.
import { bufferBytes, capacity } from './buffers.ts'
import type { ModelConfig } from './modelConfig.ts'
import type { LowRankShape, Rooms, TrainingBatch } from './rooms.ts'
import { adapterCopyBytes, keptWords, largestMicroBatch, linears, samplingRooms, trainingRooms, union, wholeRows, widest } from './rooms.ts'
import { PAIRED_SAMPLES } from './settings.ts'

export type Storage = 'f32' | 'f16' | 'int8' | 'int4'

/** What a run asks for. */
export interface Demand {
  readonly weights: Storage
  readonly trainable: { readonly kind: 'lora'; readonly rank: number; readonly targets: readonly string[] } | { readonly kind: 'full' }
  readonly promptsPerStep: number
  readonly groupSize: number
  /** of the longest prompt */
  readonly promptTokens: number
  readonly maxNewTokens: number
  /** prompts that evaluations sample at once, greedily and in pairs; none are planned for when left out */
  readonly evaluationBatch?: number
  /** texts of a supervised step, each of a prompt and a completion of the lengths above; none are planned for when left out */
  readonly sftBatch?: number
  readonly checkpointing: 'auto' | 'on' | 'off'
  /** a frozen copy of what is trained, for the KL and for comparisons: made when the reference is fixed, and at once when every weight is trained */
  readonly reference: boolean
  /** copies of trained weights and optimiser state under names */
  readonly keptCheckpoints: number
}

export const PURPOSES = ['weights', 'adapter', 'gradients', 'optimiser', 'reference', 'kept copies', 'activations', 'cache', 'logits', 'batches', 'scratch'] as const
export type Purpose = (typeof PURPOSES)[number]

export interface MemoryPlan {
  readonly config: ModelConfig
  readonly demand: Demand
  readonly bytes: Readonly<Record<Purpose, number>>
  /** all that exists together when most does */
  readonly peak: number
  readonly largest: { readonly name: string; readonly bytes: number }
  /** whether layers keep only their input between the passes */
  readonly checkpointing: boolean
  /** rows of the largest micro-batch */
  readonly rows: number
}

export interface Limits {
  readonly maxBufferSize: number
  readonly maxStorageBufferBindingSize: number
  /** what the person allows; unlimited when left out, for no browser says how much there is */
  readonly budgetBytes?: number
}

export type Judgement =
  | { readonly fits: true }
  | {
    readonly fits: false
    /** one sentence for each reason, with both values */
    readonly reasons: readonly string[]
    /** changes of the demand that would make it fit, the gentlest first; none when nothing tried did */
    readonly remedies: readonly { readonly change: Partial<Demand>; readonly text: string; readonly peak: number }[]
  }

const WORD = 4
/** Words that trained groups start multiples of apart: 256 bytes, the strictest offset alignment of a binding. */
export const ALIGNMENT = 64
const AUTO_BYTES = 1 << 28
const AUTO_SHARE = 8
/** Gradients whose squares one thread adds. */
export const NORM_BLOCK = 512
/** Uniforms, readbacks, small products' partial sums and freed buffers that wait. */
const SCRATCH_BYTES = 2 << 20
/** Positions that tables of rotations grow by. */
export const ROTATION_STEP = 256
/** Remedies of two changes that are looked for. */
const MOST_PAIRS = 4

/** How packed weights lie: bits of an element, elements that a row is a multiple of, and elements that share a scale of one word. */
export const PACKED: Readonly<Record<Exclude<Storage, 'f32'>, { readonly bits: number; readonly multiple: number; readonly group: number }>> = {
  f16: { bits: 16, multiple: 8, group: Infinity }, int8: { bits: 8, multiple: 32, group: 32 }, int4: { bits: 4, multiple: 32, group: 32 },
}

interface Matrix {
  readonly name: string
  readonly rows: number
  readonly columns: number
}

interface Weights {
  readonly matrices: readonly Matrix[]
  readonly vectors: readonly number[]
}

/** Remedies are found by planning the same model many times. */
const weightsKnown = new WeakMap<ModelConfig, Weights>()

/** All weights: matrices that may be packed, and vectors that stay float32. Layers that are multiplied together are one matrix. */
export function weightsOf(config: ModelConfig): Weights {
  const known = weightsKnown.get(config) ?? listWeights(config)
  weightsKnown.set(config, known)
  return known
}

function listWeights(config: ModelConfig): Weights {
  const { hidden, headDim, vocabulary } = config
  const block = linears(config).map(({ key, into, parts }) => ({ name: key, rows: parts.reduce((sum, [, out]) => sum + out, 0), columns: into }))
  const biased: Readonly<Record<string, boolean>> = { qkv: config.qkvBias, o: config.oBias, gateUp: config.mlpBias, down: config.mlpBias }
  const vectors = [hidden, hidden, ...(config.qkNorm ? [2 * headDim] : []), ...block.filter(({ name }) => biased[name] === true).map(({ rows }) => rows)]
  const layers = Array.from({ length: config.layers }, () => undefined)
  return {
    matrices: [
      { name: 'embedding', rows: vocabulary, columns: hidden }, ...layers.flatMap(() => block), ...(config.tied ? [] : [{ name: 'head', rows: vocabulary, columns: hidden }]),
    ],
    vectors: [...layers.flatMap(() => vectors), hidden],
  }
}

/** Scalars of the whole model. */
export const parametersOf = (config: ModelConfig): number => {
  const { matrices, vectors } = weightsOf(config)
  return matrices.reduce((sum, { rows, columns }) => sum + rows * columns, 0) + vectors.reduce((sum, length) => sum + length, 0)
}

function matrixBytes({ rows, columns }: Matrix, storage: Storage): number {
  if (storage === 'f32') return bufferBytes(rows * columns * WORD)
  const { bits, multiple, group } = PACKED[storage]
  const stride = Math.ceil(columns / multiple) * multiple
  const scales = group === Infinity ? 0 : bufferBytes(rows * (stride / group) * WORD)
  return bufferBytes(rows * stride * bits / 8) + scales
}

/** Bytes of frozen weights in a storage. */
export function weightBytes(config: ModelConfig, storage: Storage): number {
  const { matrices, vectors } = weightsOf(config)
  return matrices.reduce((sum, matrix) => sum + matrixBytes(matrix, storage), 0) + vectors.reduce((sum, length) => sum + bufferBytes(length * WORD), 0)
}

const padded = (elements: number): number => Math.ceil(elements / ALIGNMENT) * ALIGNMENT

/** Words of the one buffer that holds everything trained. */
function trainedWords(config: ModelConfig, { trainable }: Demand): number {
  if (trainable.kind === 'full') {
    const { matrices, vectors } = weightsOf(config)
    return matrices.reduce((sum, { rows, columns }) => sum + padded(rows * columns), 0) + vectors.reduce((sum, length) => sum + padded(length), 0)
  }
  const { rank, targets } = trainable
  const layer = linears(config).flatMap(({ into, parts }) => parts.filter(([target]) => targets.includes(target)).map(([, out]) => padded(rank * into) + padded(rank * out)))
  return config.layers * layer.reduce((sum, words) => sum + words, 0)
}

/** Whether layers keep only their input: on, or, by itself, when the whole would be larger than 256 MiB and an eighth of the weights. */
export function checkpoints(config: ModelConfig, option: Demand['checkpointing'], rows: number, ofWeights: number): boolean {
  if (option !== 'auto') return option === 'on'
  return rows * keptWords(config, 'all') * WORD > Math.max(AUTO_BYTES, ofWeights / AUTO_SHARE)
}

const roomBytes = (words: number, bindingBytes: number): number => bufferBytes(capacity(words, Math.floor(bindingBytes / 256) * 64) * WORD)

/**
 * What training steps hold at most: GRPO's, and supervised ones before them. Whether layers keep their input alone is decided by a batch of the longest,
 * and stays once it was decided.
 */
function training(config: ModelConfig, demand: Demand, ofWeights: number, bindingBytes: number): { batches: readonly TrainingBatch[]; rooms: Rooms; rows: number; checkpointing: boolean } {
  const { trainable, promptsPerStep, groupSize, promptTokens, maxNewTokens, sftBatch = 0 } = demand
  const [adapter, full] = trainable.kind === 'full' ? [undefined, true] : [trainable, false]
  // of a full text everything after the first token carries a loss
  const texts: TrainingBatch = { groups: sftBatch, sequences: sftBatch, promptTokens: 1, completionTokens: promptTokens + maxNewTokens - 1 }
  const batches = [...(sftBatch > 0 ? [texts] : []), { groups: promptsPerStep, sequences: promptsPerStep * groupSize, promptTokens, completionTokens: maxNewTokens }]
  let [checkpointing, rows, rooms]: [boolean, number, Rooms] = [false, 0, new Map()]
  for (const batch of batches) {
    checkpointing ||= checkpoints(config, demand.checkpointing, wholeRows(batch), ofWeights)
    const keep = checkpointing ? 'inputs' : 'all'
    const largest = largestMicroBatch(config, batch, keep, bindingBytes)
    rooms = union(rooms, trainingRooms(config, adapter, { ...largest, keep, full }))
    rows = Math.max(rows, largest.rows)
  }
  return { batches, rooms, rows, checkpointing }
}

/** Bytes of every purpose for a run of `config` that asks for `demand`, on an adapter that binds `bindingBytes` at most. */
export function planMemory(config: ModelConfig, demand: Demand, bindingBytes = Infinity): MemoryPlan {
  const { trainable, promptsPerStep, groupSize, promptTokens, maxNewTokens, evaluationBatch = 0 } = demand
  const full = trainable.kind === 'full'
  const adapter: LowRankShape | undefined = full ? undefined : trainable
  const frozen = full ? 0 : weightBytes(config, demand.weights)
  const trained = bufferBytes(trainedWords(config, demand) * WORD)
  const { batches, rooms: ofTraining, rows, checkpointing } = training(config, demand, full ? trained : frozen, bindingBytes)
  const evaluated = evaluationBatch > 0 ? [1, PAIRED_SAMPLES].map((samples) => ({ prompts: evaluationBatch, groupSize: samples })) : []
  const rooms = [{ prompts: promptsPerStep, groupSize }, ...evaluated].reduce(
    (all, sampled) => union(all, samplingRooms(config, adapter, { ...sampled, promptTokens, maxNewTokens })), ofTraining,
  )
  const uploads = [
    ...batches.map((batch) => bufferBytes(wholeRows(batch) * (full ? 44 : 32)) + bufferBytes(batch.sequences * batch.completionTokens * 84)),
    bufferBytes(evaluationBatch * promptTokens * 32),
  ]
  const sizes = new Map([...rooms].map(([name, words]) => [name, roomBytes(words, bindingBytes)]))
  const sum = (chosen: (name: string) => boolean): number => [...sizes].reduce((total, [name, bytes]) => total + (chosen(name) ? bytes * (name.includes('#') ? config.layers : 1) : 0), 0)
  const isCache = (name: string): boolean => name.startsWith('cache ')
  const isLogits = (name: string): boolean => name === 'logits'
  const positions = Math.ceil((promptTokens + maxNewTokens) / ROTATION_STEP) * ROTATION_STEP
  const bytes: Record<Purpose, number> = {
    weights: full ? trained : frozen, adapter: full ? 0 : trained, gradients: trained, optimiser: 2 * trained + bufferBytes(Math.ceil(trained / WORD / NORM_BLOCK) * WORD),
    reference: full || demand.reference ? trained : 0, 'kept copies': 3 * trained * demand.keptCheckpoints,
    activations: sum((name) => !isCache(name) && !isLogits(name)), cache: sum(isCache), logits: sum(isLogits),
    batches: Math.max(...uploads), scratch: SCRATCH_BYTES + bufferBytes(positions * config.headDim * WORD) + adapterCopyBytes(config, adapter, demand.weights === 'f32', rooms.get('thresholds') ?? 0),
  }
  const single: [string, number][] = [
    [full ? 'all trained weights' : 'adapter', trained], [...widest(sizes)],
    ...(full ? [] : weightsOf(config).matrices.map((matrix): [string, number] => [matrix.name, Math.min(matrixBytes(matrix, demand.weights), bindingBytes)])),
  ]
  const [name, size] = single.reduce((largest, entry) => (entry[1] > largest[1] ? entry : largest))
  return {
    config, demand, bytes, peak: Object.values(bytes).reduce((total, count) => total + count, 0), largest: { name, bytes: size }, checkpointing, rows,
  }
}

/** Bytes as a person reads them. */
export function readable(bytes: number): string {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(2)} GiB`
  return `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MiB`
}

function reasonsOf({ peak, largest }: MemoryPlan, { maxBufferSize, maxStorageBufferBindingSize, budgetBytes }: Limits): string[] {
  const binding = Math.min(maxBufferSize, maxStorageBufferBindingSize)
  return [
    ...(largest.bytes > binding ? [`${largest.name} take a buffer of ${readable(largest.bytes)}, but this adapter binds at most ${readable(binding)}`] : []),
    ...(budgetBytes !== undefined && peak > budgetBytes ? [`the run needs ${readable(peak)} of graphics memory, but ${readable(budgetBytes)} are allowed`] : []),
  ]
}

const half = (value: number): number => Math.max(1, Math.floor(value / 2))

/** Single changes of a demand, gentle ones first: the evaluations' batch changes no result. */
function changesOf(demand: Demand): Partial<Demand>[] {
  const { trainable, weights, checkpointing, groupSize, maxNewTokens, promptsPerStep, evaluationBatch = 0, sftBatch = 0 } = demand
  const storages: readonly Storage[] = ['f32', 'f16', 'int8', 'int4']
  return [
    ...[2, 4, 16].filter((part) => evaluationBatch >= part).map((part) => ({ evaluationBatch: Math.floor(evaluationBatch / part) })),
    ...(checkpointing === 'on' ? [] : [{ checkpointing: 'on' as const }]),
    ...(trainable.kind === 'lora' ? storages.slice(storages.indexOf(weights) + 1).map((storage) => ({ weights: storage })) : []),
    ...[half(promptsPerStep)].filter((value) => value < promptsPerStep).map((value) => ({ promptsPerStep: value })),
    ...[half(sftBatch)].filter((value) => value < sftBatch).map((value) => ({ sftBatch: value })),
    ...[half(groupSize), half(half(groupSize))].filter((value, i, all) => value < groupSize && value > 1 && all.indexOf(value) === i).map((value) => ({ groupSize: value })),
    ...[half(maxNewTokens), half(half(maxNewTokens))].filter((value) => value < maxNewTokens && value >= 16).map((value) => ({ maxNewTokens: value })),
    ...(trainable.kind === 'full' ? [{ trainable: { kind: 'lora' as const, rank: 16, targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] } }] : []),
  ]
}

function wordsOf(change: Partial<Demand>): string {
  const { weights, checkpointing, groupSize, maxNewTokens, promptsPerStep, trainable, evaluationBatch, sftBatch } = change
  return [
    trainable?.kind === 'lora' ? `an adapter of rank ${trainable.rank} instead of all weights` : '', weights === undefined ? '' : `weights as ${weights}`, checkpointing === undefined ? '' : 'checkpointing on',
    promptsPerStep === undefined ? '' : `${promptsPerStep} prompts a step`, groupSize === undefined ? '' : `groups of ${groupSize}`,
    maxNewTokens === undefined ? '' : `completions of ${maxNewTokens} tokens`, evaluationBatch === undefined ? '' : `${evaluationBatch} prompts at once in evaluations`,
    sftBatch === undefined ? '' : `${sftBatch} texts a supervised step`,
  ].filter((words) => words !== '').join(' and ')
}

/** Whether a plan fits; where it does not, why, and which single changes or which two together would make it fit, found by planning each. */
export function judgeMemory(plan: MemoryPlan, limits: Limits): Judgement {
  const reasons = reasonsOf(plan, limits)
  if (reasons.length === 0) return { fits: true }
  const binding = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize)
  const tried = (change: Partial<Demand>): { change: Partial<Demand>; text: string; peak: number } | undefined => {
    const other = planMemory(plan.config, { ...plan.demand, ...change }, binding)
    return reasonsOf(other, limits).length === 0 ? { change, text: `${wordsOf(change)} would need ${readable(other.peak)}`, peak: other.peak } : undefined
  }
  const singles = changesOf(plan.demand)
  const fitting = (changes: readonly Partial<Demand>[], most = Infinity) => {
    const found: NonNullable<ReturnType<typeof tried>>[] = []
    for (const change of changes) {
      const one = found.length < most ? tried(change) : undefined
      if (one !== undefined) found.push(one)
    }
    return found
  }
  const alone = fitting(singles)
  if (alone.length > 0) return { fits: false, reasons, remedies: alone }
  // the last change of each kind goes furthest: where all of them together are not enough, no two are
  const pairs = tried(Object.assign({}, ...singles) as Partial<Demand>) === undefined
    ? []
    : singles.flatMap((first, i) => singles.slice(i + 1).filter((second) => Object.keys(second)[0] !== Object.keys(first)[0]).map((second) => ({ ...first, ...second })))
  const together = fitting(pairs, MOST_PAIRS)
  if (together.length > 0) return { fits: false, reasons, remedies: together }
  const { weights, checkpointing } = { weights: 'int4' as const, checkpointing: 'on' as const }
  const smallest: Partial<Demand> = { ...(plan.demand.trainable.kind === 'lora' ? { weights } : {}), checkpointing, ...(plan.demand.evaluationBatch === undefined ? {} : { evaluationBatch: 1 }), ...(plan.demand.sftBatch === undefined ? {} : { sftBatch: 1 }), promptsPerStep: 1, groupSize: Math.min(2, plan.demand.groupSize), maxNewTokens: Math.min(32, plan.demand.maxNewTokens) }
  return { fits: false, reasons, remedies: fitting([smallest]) }
}

/** What does not fit as one sentence with the remedy. */
export function refusal(judged: Extract<Judgement, { fits: false }>): string {
  const remedy = judged.remedies.slice(0, 3).map(({ text }) => text).join('; ')
  return `${judged.reasons.join('; ')}; ${remedy === '' ? 'choose a smaller model' : remedy}`
}
