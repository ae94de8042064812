// The policy as training sees it: a model, what of it is trained, the optimiser's state, and how its passes use memory.
import { checkpoints, readable } from '../../src/domain/memory.ts'
import type { LowRankShape, Rooms, TrainingBatch } from '../../src/domain/rooms.ts'
import { batchRows, everyLayer, largestMicroBatch, logitsRows, samplingRooms, scoringRooms, trainingRooms, wholeRows, widest } from '../../src/domain/rooms.ts'
import type { LoadOptions } from '../../src/protocol/policy.ts'
import type { Gpu } from '../gpu/gpu.ts'
import type { PackSequence } from '../model/batch.ts'
import { microBatches, rowsOf } from '../model/batch.ts'
import type { Keep } from '../model/forward.ts'
import { kindsOf } from '../model/layout.ts'
import type { Model, Version } from '../model/model.ts'
import { OptimiserState } from './optimiser.ts'

/** What a batch is trained by: their lengths differ, so that the longest of each is kept apart. A supervised text may carry its loss throughout. */
type Work = 'update' | 'supervise'

/** Whole numbers in front of a checkpoint's weights. */
const FRONT = 7

/** The most rows, and the most loss tokens, of any micro-batch. */
function largestOf(sequences: readonly PackSequence[], cuts: readonly (readonly [first: number, last: number])[]): { readonly rows: number; readonly lossTokens: number } {
  const largest = { rows: 0, lossTokens: 0 }
  for (const [first, last] of cuts) {
    let [rows, lossTokens] = [0, 0]
    for (let i = first; i < last; i++) {
      rows += rowsOf(sequences[i]!, i === first ? undefined : sequences[i - 1])
      lossTokens += sequences[i]!.ids.length
    }
    largest.rows = Math.max(largest.rows, rows)
    largest.lossTokens = Math.max(largest.lossTokens, lossTokens)
  }
  return largest
}

export class Policy {
  readonly optimiser: OptimiserState
  /** how many scalars are trained */
  readonly trained: number
  #reference: Version
  #keep: Exclude<Keep, false> = 'all'
  /** the longest seen: buffers are made for as many of them as come together, so that a long run's memory is flat once the longest was seen */
  readonly #longest = { update: { prompt: 0, completion: 0 }, supervise: { prompt: 1, completion: 0 }, sampled: 0, maxNewTokens: 0 }
  readonly #checkpointing: LoadOptions['checkpointing']
  /** bytes of graphics memory that are allowed */
  readonly #budget: number

  /** `start` says what the reference is until `fixReference`: a frozen copy of the weights as they are, or the adapter switched off. */
  constructor(readonly gpu: Gpu, readonly model: Model, start: 'frozen copy' | 'adapter off', checkpointing: LoadOptions['checkpointing'] = 'auto', budgetBytes = Infinity) {
    this.#checkpointing = checkpointing
    this.#budget = budgetBytes
    const parts = [model.base, ...(model.adapter ? [model.adapter.parameters] : [])].filter((part) => part.trainable)
    this.trained = parts.reduce((sum, { elements }) => sum + elements, 0)
    this.optimiser = new OptimiserState(gpu, parts.map(({ moments }) => moments))
    this.#reference = { base: 'weights', adapter: 'off' }
    if (start === 'frozen copy') this.fixReference()
  }

  /** What the KL is measured against: the adapter switched off until `fixReference`, then the frozen copy. */
  get reference(): Version {
    return this.#reference
  }

  /** What the training passes keep of each layer, as `batches` decided. */
  get keep(): Exclude<Keep, false> {
    return this.#keep
  }

  /**
   * Cuts a step's sequences into micro-batches, [first, last) of each, decides what their passes keep, and makes room for the longest that such a step
   * may have: completions of `maxCompletion` tokens, where as many were sampled. Throws before anything is recorded when an activation is larger than
   * the adapter binds, or all together than is allowed.
   */
  batches(sequences: readonly PackSequence[], work: Work = 'update', maxCompletion = 0): [first: number, last: number][] {
    const { config, activations } = this.model
    const limit = this.gpu.bindingLimit
    const longest = this.#longest[work]
    for (const { promptIds, ids } of sequences) {
      if (work === 'update') longest.prompt = Math.max(longest.prompt, promptIds.length)
      longest.completion = Math.max(longest.completion, work === 'update' ? ids.length : promptIds.length + ids.length - 1)
    }
    if (work === 'update') longest.completion = Math.max(longest.completion, Math.min(maxCompletion, this.#longest.maxNewTokens))
    const groups = work === 'supervise' ? sequences.length : sequences.filter((sequence, i) => i === 0 || rowsOf(sequence, sequences[i - 1]) === rowsOf(sequence, undefined)).length
    const most: TrainingBatch = { groups, sequences: sequences.length, promptTokens: longest.prompt, completionTokens: longest.completion }
    // by the longest, as the plan decides: by what came together this time a run would hold more than was planned
    if (this.#keep === 'all' && checkpoints(config, this.#checkpointing, wholeRows(most), this.gpu.bytes['model weights'] ?? 0)) {
      this.#keep = 'inputs'
      activations.drop((name) => /^\d+ (?!x$)/.test(name))
    }
    const cuts = microBatches(sequences, batchRows(config, this.#keep, limit))
    const roomsOf = (of: { rows: number; lossTokens: number }): Rooms => trainingRooms(config, this.#lowRank, { ...of, keep: this.#keep, full: this.model.base.trainable })
    const actual = largestOf(sequences, cuts)
    this.#reserve(roomsOf(largestMicroBatch(config, most, this.#keep, limit)), roomsOf(actual), (says) => `micro-batches of ${actual.rows} rows ${says}; shorten prompts or completions`)
    return cuts
  }

  /** Makes room for sampling `prompts` prompts of at most `promptTokens` tokens. Throws, naming a group size that fits, when the adapter cannot bind what it takes. */
  reserveSampling(prompts: number, groupSize: number, promptTokens: number, maxNewTokens: number): void {
    this.#longest.sampled = Math.max(this.#longest.sampled, promptTokens)
    this.#longest.maxNewTokens = Math.max(this.#longest.maxNewTokens, maxNewTokens)
    const roomsOf = (size: number, tokens: number): Rooms => samplingRooms(this.model.config, this.#lowRank, { prompts, groupSize: size, promptTokens: tokens, maxNewTokens })
    this.#reserve(roomsOf(groupSize, this.#longest.sampled), roomsOf(groupSize, promptTokens), (says) => {
      let fitting = groupSize
      while (fitting > 1 && this.#lacks(roomsOf(fitting, promptTokens)) !== undefined) fitting = Math.floor(fitting / 2)
      return `generate: groups of ${groupSize} ${says}; use groups of ${fitting} or shorter completions`
    })
  }

  /**
   * Cuts sequences that are only scored into micro-batches, [first, last) of each, and makes room for them; with `best`, none has more sequences than
   * logits are held of. What training keeps and how its steps are cut stay as they are. Throws before anything is recorded when it cannot fit.
   */
  scoringBatches(what: string, sequences: readonly PackSequence[], { compared = false, best = 0 }: { readonly compared?: boolean; readonly best?: number }): [first: number, last: number][] {
    const { config } = this.model
    const most = best > 0 ? logitsRows(config.vocabulary) : Infinity
    const cuts = microBatches(sequences, batchRows(config, 'inputs', this.gpu.bindingLimit)).flatMap(([first, last]) =>
      Array.from({ length: Math.ceil((last - first) / most) || 1 }, (_, i): [number, number] => [first + (i === 0 ? 0 : i * most), Math.min(last, first + (i + 1) * most)]))
    const rooms = scoringRooms(config, this.#lowRank, { ...largestOf(sequences, cuts), compared, best })
    this.#reserve(rooms, rooms, (says) => `${what}: micro-batches ${says}; give shorter sequences`)
    return cuts
  }

  /** Throws when `bytes` more would be more than is allowed; `what` would take them. */
  allow(bytes: number, what: string): void {
    const total = this.#held + bytes
    if (total > this.#budget) throw new Error(`${what} takes graphics memory to ${readable(total)}, but ${readable(this.#budget)} are allowed; raise the memory budget or choose smaller settings`)
  }

  /** Reserves `rooms`; where these do not fit, `least`; throws what `refusal` makes of the reason where neither does. */
  #reserve(rooms: Rooms, least: Rooms, refusal: (says: string) => string): void {
    const chosen = this.#lacks(rooms) === undefined ? rooms : least
    const says = this.#lacks(chosen)
    if (says !== undefined) throw new Error(refusal(says))
    this.model.activations.reserve(everyLayer(chosen, this.model.config.layers))
  }

  /** Why these rooms cannot be made; undefined when they can. */
  #lacks(rooms: Rooms): string | undefined {
    const limit = this.gpu.bindingLimit
    const [name, words] = widest(rooms)
    if (words * 4 > limit) return `need ${words * 4} bytes for ${name}, but this adapter binds at most ${limit}`
    const total = this.#held + this.model.activations.growth(everyLayer(rooms, this.model.config.layers))
    return total > this.#budget ? `take graphics memory to ${readable(total)}, but ${readable(this.#budget)} are allowed` : undefined
  }

  /** Bytes in use: what waits in the pool can be given up. */
  get #held(): number {
    const { total, bytes } = this.gpu.memory
    return total - (bytes['pool'] ?? 0)
  }

  get #lowRank(): LowRankShape | undefined {
    const { adapter } = this.model
    return adapter && { rank: adapter.rank, targets: kindsOf(adapter.targets) }
  }

  /** Freezes a copy of the weights of this moment as the reference and clears the optimiser's state. */
  fixReference(): void {
    const copies = this.#reference.base === 'reference' || this.#reference.adapter === 'reference'
    this.allow(copies ? 0 : this.trained * 4, 'a copy of what is trained, to compare with,')
    const recording = this.gpu.record()
    this.model.base.fixReference(recording)
    this.model.adapter?.parameters.fixReference(recording)
    this.optimiser.reset(recording)
    recording.submit()
    this.model.refresh()
    this.#reference = { base: 'reference', adapter: this.model.adapter?.parameters.trainable === true ? 'reference' : 'weights' }
  }

  /** What `resume` brings back: the optimiser's state, and what decides how later steps are cut into micro-batches, whose order decides last bits. */
  checkpoint(): Promise<ArrayBuffer> {
    const { update, supervise, sampled, maxNewTokens } = this.#longest
    return this.optimiser.download([this.#keep === 'inputs' ? 1 : 0, update.prompt, update.completion, supervise.prompt, supervise.completion, sampled, maxNewTokens])
  }

  /** Brings back a checkpoint of this policy, or of another that was loaded alike. */
  resume(bytes: ArrayBuffer): void {
    const [inputs, prompt = 0, completion = 0, textPrompt = 0, text = 0, sampled = 0, maxNewTokens = 0] = this.optimiser.upload(bytes, FRONT)
    this.#keep = inputs === 1 ? 'inputs' : 'all'
    Object.assign(this.#longest, { update: { prompt, completion }, supervise: { prompt: textPrompt, completion: text }, sampled, maxNewTokens })
  }

  /** Answers with a checkpoint's weights until what is returned is called. Throws, before anything is touched, when the budget has no room for the present ones. */
  standIn(bytes: ArrayBuffer): () => void {
    this.allow(this.optimiser.bytesToStandIn, 'a copy of what is trained, while a checkpoint answers in its place,')
    const longest = structuredClone(this.#longest)
    const putBack = this.optimiser.standIn(bytes, FRONT)
    return () => {
      putBack()
      Object.assign(this.#longest, longest)
    }
  }

  free(): void {
    this.optimiser.free()
    this.model.free()
  }
}
