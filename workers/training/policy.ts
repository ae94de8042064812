// The policy as training sees it: a model, what of it is trained, and the optimiser's state.
import type { Gpu } from '../gpu/gpu.ts'
import type { Model, Version } from '../model/model.ts'
import { OptimiserState } from './optimiser.ts'

export class Policy {
  readonly optimiser: OptimiserState
  /** how many scalars are trained */
  readonly trained: number
  #reference: Version

  /** `start` says what the reference is until `fixReference`: a frozen copy of the weights as they are, or the adapter switched off. */
  constructor(readonly gpu: Gpu, readonly model: Model, start: 'frozen copy' | 'adapter off') {
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
