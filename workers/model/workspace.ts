// Scratch and activations by name: a buffer grows in steps when a larger batch needs it and is reused by every later one.
import { bufferBytes, capacity } from '../../src/domain/buffers.ts'
import type { Rooms } from '../../src/domain/rooms.ts'
import type { Gpu, Tensor } from '../gpu/gpu.ts'

export class Workspace {
  readonly #tensors = new Map<string, Tensor>()

  constructor(readonly gpu: Gpu, readonly purpose: string) {}

  /** A tensor of at least `elements` words whose contents are undefined; a smaller one of that name is given up. */
  get(name: string, elements: number): Tensor {
    const known = this.#tensors.get(name)
    if (known !== undefined && known.size >= elements * 4) return known
    if (known !== undefined) this.gpu.discard(known)
    // caches and logits are counted apart, as the plan does
    const purpose = name.startsWith('cache ') ? 'cache' : name === 'logits' ? 'logits' : this.purpose
    const made = this.gpu.room(purpose, this.#capacity(elements))
    this.#tensors.set(name, made)
    return made
  }

  /** Makes room under these names at once, while nothing is recorded: what is too small is destroyed before anything larger is made. */
  reserve(rooms: Rooms): void {
    for (const [name, words] of rooms) {
      const known = this.#tensors.get(name)
      if (known === undefined || known.size >= words * 4) continue
      this.gpu.discard(known)
      this.#tensors.delete(name)
    }
    for (const [name, words] of rooms) this.get(name, words)
  }

  /** Bytes that reserving these names would add to what is held. */
  growth(rooms: Rooms): number {
    return [...rooms].reduce((sum, [name, words]) => {
      const held = this.#tensors.get(name)?.size ?? 0
      return held >= words * 4 ? sum : sum + bufferBytes(this.#capacity(words) * 4) - (held === 0 ? 0 : bufferBytes(held))
    }, 0)
  }

  /** Gives up those whose name `chosen` picks. */
  drop(chosen: (name: string) => boolean): void {
    for (const [name, tensor] of this.#tensors) {
      if (!chosen(name)) continue
      this.gpu.discard(tensor)
      this.#tensors.delete(name)
    }
  }

  free(): void {
    this.drop(() => true)
  }

  #capacity(words: number): number {
    return capacity(words, Math.floor(this.gpu.bindingLimit / 256) * 64)
  }
}
