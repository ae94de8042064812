// How large every named scratch buffer and activation of the policy's passes is, in 4-byte words: reserved by the engine and counted by the plan.
import { bufferBytes } from './buffers.ts'
import type { ModelConfig } from './modelConfig.ts'

/** Words of logits held at a time, in training and in sampling. */
const LOGITS_WORDS = 1 << 23
/** Bytes of the copies of float32 layers with their adapter merged in, beyond which sampling adds the adapter product by product. */
export const MERGED_BYTES = 1 << 26
/** Bytes of keys and values of the rollouts that are sampled at a time. */
export const CACHE_BYTES = 1 << 28
/** Rows of prompts computed at a time before sampling. */
export const PREFILL_ROWS = 4096

/** Rows that one partial column sum covers. */
export const SUM_ROWS = 64
const SEGMENT = 256 // of a vocabulary, at most 256 of them
/** Keys of one part of a decoded row's attention. */
export const SPLIT = 256
const LARGEST_BATCH = 4096
const SMALLEST_BATCH = 64
/** Bytes of activations of one micro-batch. */
const ACTIVATION_BYTES = 1 << 29

/** Words by name; a `#` in a name stands for each layer: one such room in every one of them. */
export type Rooms = ReadonlyMap<string, number>

/** The same with a name for every layer. */
export function everyLayer(rooms: Rooms, layers: number): Rooms {
  return new Map([...rooms].flatMap(([name, words]): [string, number][] => (name.includes('#') ? Array.from({ length: layers }, (_, l) => [name.replace('#', String(l)), words]) : [[name, words]])))
}

/** The largest room: its name, that of the first layer's where all have one, and its words. */
export function widest(rooms: Rooms): readonly [name: string, words: number] {
  const [name, words] = [...rooms].reduce((largest, room) => (room[1] > largest[1] ? room : largest), ['', 0])
  return [name.replace('#', '0'), words]
}

/** An adapter: its rank, and the target modules that have it. */
export interface LowRankShape {
  readonly rank: number
  readonly targets: readonly string[]
}

export interface TrainingRows {
  readonly rows: number
  /** tokens that carry a loss */
  readonly lossTokens: number
  /** keep every layer's activations, or only its input */
  readonly keep: 'all' | 'inputs'
  /** every weight has a gradient, not the adapter's alone */
  readonly full: boolean
}

/** Rows of logits held at a time: at least one. */
export const logitsRows = (vocabulary: number): number => Math.max(1, Math.floor(LOGITS_WORDS / vocabulary))

/** How many strided parts a row of logits is summed in: a function of the vocabulary alone, so that a row's bytes never depend on its batch. */
export const segmentsOf = (vocabulary: number): number => Math.max(1, Math.min(256, Math.ceil(vocabulary / SEGMENT)))

/** The linear layers of a block by the engine's names: their target modules, with the width of each. */
export function linears(config: ModelConfig): readonly { readonly key: string; readonly into: number; readonly parts: readonly (readonly [target: string, out: number])[] }[] {
  const { hidden, heads, kvHeads, headDim, intermediate } = config
  const [q, kv] = [heads * headDim, kvHeads * headDim]
  return [
    { key: 'qkv', into: hidden, parts: [['q_proj', q], ['k_proj', kv], ['v_proj', kv]] },
    { key: 'o', into: q, parts: [['o_proj', hidden]] },
    { key: 'gateUp', into: hidden, parts: [['gate_proj', intermediate], ['up_proj', intermediate]] },
    { key: 'down', into: intermediate, parts: [['down_proj', hidden]] },
  ]
}

/** Words of a block's activations for each row, without its input. */
function blockWidths({ hidden, heads, kvHeads, headDim, intermediate, qkNorm }: ModelConfig): readonly (readonly [name: string, width: number])[] {
  const qkv = (heads + 2 * kvHeads) * headDim
  const normed: readonly (readonly [string, number])[] = qkNorm ? [['projected', qkv], ['head rstd', heads + kvHeads]] : []
  return [
    ['normed', hidden], ['rstd', 1], ...normed, ['qkv', qkv], ['kv', 2 * kvHeads * headDim], ['mixed', heads * headDim], ['lse', heads], ['middle', hidden],
    ['normed2', hidden], ['rstd2', 1], ['gateUp', 2 * intermediate], ['activated', intermediate],
  ]
}

function lowRankRooms(config: ModelConfig, { rank, targets }: LowRankShape, rows: number): [string, number][] {
  return linears(config).flatMap(({ key, parts }) => parts.filter(([target]) => targets.includes(target)).map(([target]): [string, number] => [`#.${key} ${target}`, rows * rank]))
}

/** What a training pass over one micro-batch needs: forward, head, backward, and the reference's forward. */
export function trainingRooms(config: ModelConfig, adapter: LowRankShape | undefined, { rows, lossTokens, keep, full }: TrainingRows): Rooms {
  const { hidden, heads, kvHeads, headDim, intermediate, vocabulary } = config
  const qkv = (heads + 2 * kvHeads) * headDim
  const sums = Math.max(hidden, qkv, config.mlpBias ? 2 * intermediate : 0, full && config.qkNorm ? 2 * headDim : 0)
  const widths = blockWidths(config)
  const chunk = Math.min(lossTokens, logitsRows(vocabulary))
  const rooms: [string, number][] = [
    ...widths.map(([name, width]): [string, number] => [name, rows * width]),
    ['x', rows * hidden], ['top', rows * hidden],
    ...[['x', hidden] as const, ...(keep === 'all' ? widths : [])].map(([name, width]): [string, number] => [`# ${name}`, rows * width]),
    ...(adapter === undefined ? [] : [...lowRankRooms(config, adapter, rows), ['low-rank gradient', rows * adapter.rank] as [string, number]]),
    ['column sums', Math.ceil(Math.max(rows, lossTokens) / SUM_ROWS) * sums],
    ...(full && config.qkNorm ? [['head norm products', rows * 2 * headDim] as [string, number]] : []),
    ['dActivated', rows * intermediate], ['dGateUp', rows * 2 * intermediate], ['dNormed', rows * hidden], ['dMixed', rows * heads * headDim],
    ['dQkv', rows * qkv], ['attention stats', rows * heads * 2], ['dTop', rows * hidden],
    ['loss rows', lossTokens * hidden], ['loss rows normed', lossTokens * hidden], ['loss rows rstd', lossTokens], ['loss rows dNormed', lossTokens * hidden],
    ['loss rows dGathered', lossTokens * hidden], ['logits', chunk * vocabulary], ['softmax partials', chunk * segmentsOf(vocabulary) * 4],
  ]
  return new Map(rooms)
}

/** What a pass over one micro-batch needs that only scores it. `compared`: against another version; `best`: entries kept of each token's logits. */
export function scoringRooms(
  config: ModelConfig, adapter: LowRankShape | undefined, { rows, lossTokens, compared, best }: { readonly rows: number; readonly lossTokens: number; readonly compared: boolean; readonly best: number },
): Rooms {
  const { hidden, vocabulary } = config
  const chunk = Math.min(lossTokens, logitsRows(vocabulary))
  const segments = segmentsOf(vocabulary)
  return new Map<string, number>([
    ...blockWidths(config).map(([name, width]): [string, number] => [name, rows * width]), ['x', rows * hidden],
    ...(adapter === undefined ? [] : lowRankRooms(config, adapter, rows)),
    ['loss rows', lossTokens * hidden], ['loss rows normed', lossTokens * hidden], ['loss rows rstd', lossTokens],
    ['logits', chunk * vocabulary], ['softmax partials', chunk * segments * 4],
    ...(compared ? [['other rows normed', lossTokens * hidden], ['other logits', chunk * vocabulary], ['divergence parts', lossTokens * segments]] as [string, number][] : []),
    ...(best > 0 ? [['best', lossTokens * best * 2], ['best pool', lossTokens * (best + vocabulary) * 2], ['best state', lossTokens * 2]] as [string, number][] : []),
  ])
}

/** The larger of both for every name. */
export function union(a: Rooms, b: Rooms): Rooms {
  const both = new Map(a)
  for (const [name, words] of b) both.set(name, Math.max(words, both.get(name) ?? 0))
  return both
}

/** Words that are kept of each row of a micro-batch from the forward pass to the backward pass. */
export function keptWords(config: ModelConfig, keep: 'all' | 'inputs'): number {
  const block = blockWidths(config).reduce((sum, [, width]) => sum + width, 0)
  return config.layers * (config.hidden + (keep === 'all' ? block : 0))
}

/**
 * Rows, and loss tokens, of a micro-batch at most: its activations stay within 512 MiB, and its widest one within a binding of `bindingBytes`.
 * A single longer sequence stands alone all the same.
 */
export function batchRows(config: ModelConfig, keep: 'all' | 'inputs', bindingBytes: number): number {
  const { hidden, intermediate } = config
  const shared = blockWidths(config).reduce((sum, [, width]) => sum + width, 0) + 3 * intermediate + 5 * hidden
  const rows = Math.min(ACTIVATION_BYTES / 4 / (keptWords(config, keep) + shared), bindingBytes / 4 / (2 * intermediate), LARGEST_BATCH)
  return Math.max(SMALLEST_BATCH, Math.floor(rows))
}

/** A batch to train on, by its longest. */
export interface TrainingBatch {
  /** prompts; those that neighbours share count once */
  readonly groups: number
  readonly sequences: number
  readonly promptTokens: number
  readonly completionTokens: number
}

/** Rows of a whole batch when every prompt and completion is of the longest. */
export const wholeRows = ({ groups, sequences, promptTokens, completionTokens }: TrainingBatch): number => groups * promptTokens + sequences * Math.max(0, completionTokens - 1)

/**
 * The most rows and loss tokens that one micro-batch of such a batch can have, however long its sequences are.
 * A sequence adds at least as many rows as loss tokens less one, and a micro-batch a row of prompt; neither are more than fit unless a sequence stands alone.
 */
export function largestMicroBatch(config: ModelConfig, batch: TrainingBatch, keep: 'all' | 'inputs', bindingBytes: number): { readonly rows: number; readonly lossTokens: number } {
  const { sequences, promptTokens, completionTokens } = batch
  const fitting = batchRows(config, keep, bindingBytes)
  const rows = Math.max(promptTokens + Math.max(0, completionTokens - 1), Math.min(wholeRows(batch), fitting))
  return { rows, lossTokens: Math.min(sequences * completionTokens, rows - 1 + sequences, Math.max(completionTokens, fitting)) }
}

export interface SamplingRows {
  readonly prompts: number
  readonly groupSize: number
  readonly promptTokens: number
  readonly maxNewTokens: number
}

/**
 * Bytes of what sampling copies an adapter into: float32 layers with it merged in, where these are small; else its matrices stacked by layer, with room for
 * x·Aᵀ of `slots` rollouts. Only layers whose rows are read in fours have either.
 */
export function adapterCopyBytes(config: ModelConfig, adapter: LowRankShape | undefined, float32: boolean, slots: number): number {
  if (adapter === undefined) return 0
  const { rank, targets } = adapter
  const copied = linears(config).flatMap(({ into, parts }) => {
    const adapted = parts.filter(([target]) => targets.includes(target)).length
    return into % 4 === 0 && adapted > 0 ? [{ into, adapted, out: parts.reduce((width, [, out]) => width + out, 0) }] : []
  })
  const merged = config.layers * copied.reduce((sum, { into, out }) => sum + out * into * 4, 0)
  if (float32 && merged <= MERGED_BYTES) return merged
  if (rank % 4 !== 0) return 0
  return config.layers * copied.reduce((sum, { into, out, adapted }) => sum + bufferBytes(adapted * rank * into * 4) + bufferBytes((out + slots * adapted) * rank * 4), 0)
}

/** What one sampling pass holds at most: prompts, so that their logits fit, and rows of keys and values. A single larger prompt stands alone all the same. */
export function passBounds({ layers, kvHeads, headDim, vocabulary }: ModelConfig, groupSize: number): { readonly prompts: number; readonly cacheRows: number } {
  return { prompts: Math.max(1, Math.floor(logitsRows(vocabulary) / groupSize)), cacheRows: Math.floor(CACHE_BYTES / (layers * 2 * kvHeads * headDim * 4)) }
}

/** Cuts prompts of these lengths into sampling passes, [first, last) of each. */
export function samplingPasses(config: ModelConfig, lengths: readonly number[], groupSize: number, maxNewTokens: number): [first: number, last: number][] {
  const { prompts, cacheRows } = passBounds(config, groupSize)
  const cuts: [number, number][] = []
  let first = 0
  let rows = 0
  lengths.forEach((length, i) => {
    const added = length + groupSize * maxNewTokens
    if (i > first && (i - first + 1 > prompts || rows + added > cacheRows)) {
      cuts.push([first, i])
      first = i
      rows = 0
    }
    rows += added
  })
  if (lengths.length > 0) cuts.push([first, lengths.length])
  return cuts
}

/**
 * What sampling needs: the rows of prompts and of running completions, their keys and values, and their logits.
 * For prompts of at most `promptTokens` tokens: more short ones than long ones go in a pass, so each room is that of the worst mixture.
 */
export function samplingRooms(config: ModelConfig, adapter: LowRankShape | undefined, { prompts, groupSize, promptTokens, maxNewTokens }: SamplingRows): Rooms {
  const { hidden, vocabulary, heads, kvHeads, headDim } = config
  const width = 2 * kvHeads * headDim
  const bounds = passBounds(config, groupSize)
  const [shortest, longest] = [1 + groupSize * maxNewTokens, promptTokens + groupSize * maxNewTokens]
  const together = Math.max(1, Math.min(prompts, bounds.prompts, Math.floor(bounds.cacheRows / shortest)))
  const cacheRows = Math.max(longest, Math.min(together * longest, bounds.cacheRows))
  const slots = together * groupSize
  const rows = Math.max(slots, Math.min(together * promptTokens, PREFILL_ROWS))
  const widths = blockWidths(config).filter(([name]) => name !== 'kv')
  return new Map<string, number>([
    ...widths.map(([name, each]): [string, number] => [name, rows * each]), ['x', rows * hidden],
    ...(adapter === undefined ? [] : lowRankRooms(config, adapter, rows)),
    ['cache #', cacheRows * width],
    ['drawn tokens', slots * maxNewTokens], ['drawn logps', slots * maxNewTokens], ['prompt tops', together * hidden], ['prompt tops part', together * hidden],
    ['attention parts', slots * heads * Math.ceil((promptTokens + maxNewTokens) / SPLIT) * (headDim + 2)], ['logits', slots * vocabulary], ['softmax partials', slots * segmentsOf(vocabulary) * 4], ['thresholds', slots],
  ])
}
