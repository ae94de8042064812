// Bind groups by what they bind: the same kernel with the same tensors and uniform values is bound once for as long as it recurs.
import type { Buffers } from './buffers.ts'
import type { Kernel, Tensor, Uniform } from './gpu.ts'
import { Uniforms } from './uniforms.ts'

const MOST = 2048

export class Bindings {
  readonly #uniforms: Uniforms
  readonly #groups = new Map<string, GPUBindGroup>()
  readonly #ids = new WeakMap<GPUBuffer, number>()
  #lastId = 0

  /** `forget` is told of the buffers of uniform values that are given up. */
  constructor(readonly device: GPUDevice, buffers: Buffers, forget: (pages: readonly GPUBuffer[]) => void) {
    this.#uniforms = new Uniforms(buffers, (pages) => {
      this.#groups.clear()
      forget(pages)
    })
  }

  of(kernel: Kernel, tensors: readonly Tensor[], uniforms: readonly Uniform[]): GPUBindGroup {
    const slot = this.#uniforms.place(uniforms)
    let key = `${kernel.id} ${slot.id}`
    for (const { buffer, offset, size } of tensors) key += ` ${this.#idOf(buffer)} ${offset} ${size}`
    const known = this.#groups.get(key)
    if (known !== undefined) return known
    const entries = tensors.map(({ buffer, offset, size }, binding) => ({ binding, resource: { buffer, offset, size } }))
    const { buffer, offset, size } = slot
    const group = this.device.createBindGroup({ layout: kernel.layout, entries: [...entries, { binding: tensors.length, resource: { buffer, offset, size } }] })
    if (this.#groups.size >= MOST) this.#groups.clear()
    this.#groups.set(key, group)
    return group
  }

  /** Writes uniform values that were not written yet: before each submit. */
  flush(): void {
    this.#uniforms.flush()
  }

  #idOf(buffer: GPUBuffer): number {
    const known = this.#ids.get(buffer)
    if (known !== undefined) return known
    this.#ids.set(buffer, ++this.#lastId)
    return this.#lastId
  }
}
