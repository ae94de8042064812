// The policy as training sees it: a model, what of it is trained, the optimiser's state, and how its passes use memory.
import { checkpoints } from '../../src/domain/memory.ts'
import type { LowRankShape, Rooms } from '../../src/domain/rooms.ts'
import { batchRows, samplingRooms, trainingRooms } from '../../src/domain/rooms.ts'
import type { LoadOptions } from '../../src/protocol/policy.ts'
import type { Gpu } from '../gpu/gpu.ts'
import type { PackSequence } from '../model/batch.ts'
import { microBatches, rowsOf } from '../model/batch.ts'
import type { Keep } from '../model/forward.ts'
import { kindsOf } from '../model/layout.ts'
import type { Model, Version } from '../model/model.ts'
import { OptimiserState } from './optimiser.ts'

export class Policy {
  readonly optimiser: OptimiserState
  /** how many scalars are trained */
  readonly trained: number
  #reference: Version
  #keep: Exclude<Keep, false> = 'all'
  /** the longest seen: buffers are made for as many of them as come together, so that a long run's memory is flat once the longest was seen */
  readonly #longest = { prompt: 0, completion: 0, sampled: 0 }

  /** `start` says what the reference is until `fixReference`: a frozen copy of the weights as they are, or the adapter switched off. */
  constructor(readonly gpu: Gpu, readonly model: Model, start: 'frozen copy' | 'adapter off', readonly checkpointing: LoadOptions['checkpointing'] = 'auto') {
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
   * Cuts a step's sequences into micro-batches, [first, last) of each, decides what their passes keep, and makes room for them.
   * Throws when an activation is larger than the adapter binds, before anything is recorded.
   */
  batches(sequences: readonly PackSequence[]): [first: number, last: number][] {
    const { config, activations } = this.model
    const limit = this.gpu.bindingLimit
    const rows = sequences.map((sequence, i) => rowsOf(sequence, sequences[i - 1]))
    const frozen = this.gpu.bytes['model weights'] ?? 0
    if (this.#keep === 'all' && checkpoints(config, this.checkpointing, rows.reduce((sum, count) => sum + count, 0), frozen)) {
      this.#keep = 'inputs'
      activations.drop((name) => /^\d+ (?!x$)/.test(name))
    }
    const cuts = microBatches(sequences, batchRows(config, this.#keep, limit))
    const sum = (of: (index: number) => number): number => Math.max(0, ...cuts.map(([first, last]) => {
      let total = 0
      for (let i = first; i < last; i++) total += of(i)
      return total
    }))
    const largest = sum((i) => (cuts.some(([first]) => first === i) ? rowsOf(sequences[i] ?? { promptIds: [], ids: [] }, undefined) : (rows[i] ?? 0)))
    const rooms = trainingRooms(config, this.#lowRank, { rows: largest, lossTokens: sum((i) => sequences[i]?.ids.length ?? 0), keep: this.#keep, full: this.model.base.trainable })
    const [name, words] = [...rooms].reduce((widest, room) => (room[1] > widest[1] ? room : widest), ['', 0] as [string, number])
    if (words * 4 > limit) {
      throw new Error(`a micro-batch of ${largest} rows needs ${words * 4} bytes for ${name}, but this adapter binds at most ${limit}; shorten prompts or completions`)
    }
    const { prompt, completion } = this.#seen(sequences)
    const most = (of: number, bound: number): number => Math.min(of, Math.max(bound, batchRows(config, this.#keep, limit)))
    const groups = rows.filter((count, i) => count >= (sequences[i]?.promptIds.length ?? 0) + Math.max(0, (sequences[i]?.ids.length ?? 0) - 1)).length
    const room = { rows: most(groups * prompt + sequences.length * Math.max(0, completion - 1), largest), lossTokens: most(sequences.length * completion, sum((i) => sequences[i]?.ids.length ?? 0)) }
    activations.reserve(trainingRooms(config, this.#lowRank, { ...room, keep: this.#keep, full: this.model.base.trainable }))
    return cuts
  }

  /** Makes room for sampling `prompts` prompts of at most `promptTokens` tokens. Throws, naming a group size that fits, when the adapter cannot bind what it takes. */
  reserveSampling(prompts: number, groupSize: number, promptTokens: number, maxNewTokens: number): void {
    const limit = this.gpu.bindingLimit
    this.#longest.sampled = Math.max(this.#longest.sampled, promptTokens)
    const roomsOf = (size: number, tokens: number): Rooms => samplingRooms(this.model.config, this.#lowRank, { prompts, groupSize: size, promptTokens: tokens, maxNewTokens })
    const widest = (rooms: Rooms): [string, number] => [...rooms].reduce((largest, room) => (room[1] > largest[1] ? room : largest), ['', 0] as [string, number])
    const [name, words] = widest(roomsOf(groupSize, promptTokens))
    if (words * 4 > limit) {
      let fitting = groupSize
      while (fitting > 1 && widest(roomsOf(fitting, promptTokens))[1] * 4 > limit) fitting = Math.floor(fitting / 2)
      throw new Error(`generate: groups of ${groupSize} need ${words * 4} bytes for ${name}, but this adapter binds at most ${limit}; use groups of ${fitting} or shorter completions`)
    }
    const wide = roomsOf(groupSize, this.#longest.sampled)
    this.model.activations.reserve(widest(wide)[1] * 4 > limit ? roomsOf(groupSize, promptTokens) : wide)
  }

  #seen(sequences: readonly PackSequence[]): { prompt: number; completion: number } {
    for (const { promptIds, ids } of sequences) {
      this.#longest.prompt = Math.max(this.#longest.prompt, promptIds.length)
      this.#longest.completion = Math.max(this.#longest.completion, ids.length)
    }
    return this.#longest
  }

  get #lowRank(): LowRankShape | undefined {
    const { adapter } = this.model
    return adapter && { rank: adapter.rank, targets: kindsOf(adapter.targets) }
  }

  /** Freezes a copy of the weights of this moment as the reference and clears the optimiser's state. */
  fixReference(): void {
    const recording = this.gpu.record()
    this.model.base.fixReference(recording)
    this.model.adapter?.parameters.fixReference(recording)
    this.optimiser.reset(recording)
    recording.submit()
    this.model.refresh()
    this.#reference = { base: 'reference', adapter: this.model.adapter?.parameters.trainable === true ? 'reference' : 'weights' }
  }

  free(): void {
    this.optimiser.free()
    this.model.free()
  }
}
