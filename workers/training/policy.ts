// The policy as training sees it: a model, what of it is trained, the optimiser's state, and how its passes use memory.
import { checkpoints } from '../../src/domain/memory.ts'
import type { LowRankShape } from '../../src/domain/rooms.ts'
import { batchRows, trainingRooms } from '../../src/domain/rooms.ts'
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
    const { config, activations, adapter } = this.model
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
    const lowRank: LowRankShape | undefined = adapter && { rank: adapter.rank, targets: kindsOf(adapter.targets) }
    const rooms = trainingRooms(config, lowRank, { rows: largest, lossTokens: sum((i) => sequences[i]?.ids.length ?? 0), keep: this.#keep, full: this.model.base.trainable })
    const [name, words] = [...rooms].reduce((widest, room) => (room[1] > widest[1] ? room : widest), ['', 0] as [string, number])
    if (words * 4 > limit) {
      throw new Error(`a micro-batch of ${largest} rows needs ${words * 4} bytes for ${name}, but this adapter binds at most ${limit}; shorten prompts or completions`)
    }
    activations.reserve(rooms)
    return cuts
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
