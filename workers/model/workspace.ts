// Scratch and activations by name: a buffer grows when a larger batch needs it and is reused by every later one.
import type { Gpu, Tensor } from '../gpu/gpu.ts'

export class Workspace {
  readonly #tensors = new Map<string, Tensor>()

  constructor(readonly gpu: Gpu, readonly purpose: string) {}

  /** A tensor of at least `elements` words whose contents are undefined; a smaller one of that name is given up. */
  get(name: string, elements: number): Tensor {
    const known = this.#tensors.get(name)
    if (known !== undefined && known.size >= elements * 4) return known
    if (known !== undefined) this.gpu.free(known)
    const made = this.gpu.tensor(this.purpose, Math.ceil(elements / 4096) * 4096)
    this.#tensors.set(name, made)
    return made
  }

  free(): void {
    for (const tensor of this.#tensors.values()) this.gpu.free(tensor)
    this.#tensors.clear()
  }
}
