// Weights on the GPU: frozen ones in a buffer per group, trainable ones in one flat buffer with their gradient, moments and reference copy.
import type { Gpu, Recording, Tensor } from '../gpu/gpu.ts'
import type { Moments } from '../kernels/adamw/adamw.ts'
import type { Group } from './layout.ts'
import type { NamedTensor } from './safetensors.ts'
import type { Weight } from './weight.ts'
import { floatWeight } from './weight.ts'

const ALIGNMENT = 64 // elements: 256 bytes, the strictest offset alignment of a binding

/** Which copy of the trainable weights a pass reads. */
export type Copy = 'weights' | 'reference'

export class Parameters {
  readonly #groups: ReadonlyMap<string, { group: Group; offset: number }>
  readonly #frozen = new Map<string, Tensor>()
  readonly #flat: Moments | undefined
  #reference: Tensor | undefined
  readonly #purpose: string

  /** Uploads every group; `read` gives a member's values by name. */
  constructor(readonly gpu: Gpu, purpose: string, groups: readonly Group[], readonly trainable: boolean, read: (name: string) => Float32Array) {
    this.#purpose = purpose
    const placed = new Map<string, { group: Group; offset: number }>()
    let offset = 0
    for (const group of groups) {
      placed.set(group.key, { group, offset })
      offset += Math.ceil(group.elements / ALIGNMENT) * ALIGNMENT
    }
    this.#groups = placed
    if (trainable) {
      const tensor = (kind: string): Tensor => gpu.tensor(`${purpose} ${kind}`, offset)
      this.#flat = { count: offset, weights: tensor('weights'), grads: tensor('gradients'), m: tensor('moments'), v: tensor('moments') }
    }
    for (const { group } of placed.values()) {
      if (!trainable) this.#frozen.set(group.key, gpu.tensor(`${purpose} weights`, group.elements))
      const target = this.of(group.key)
      for (const member of group.members) gpu.write(target, read(member.name), member.offset)
    }
  }

  has(key: string): boolean {
    return this.#groups.has(key)
  }

  /** The group's weights, or their reference copy. */
  of(key: string, copy: Copy = 'weights'): Tensor {
    const frozen = this.#frozen.get(key)
    if (frozen !== undefined) return frozen
    return this.#view(key, copy === 'reference' && this.#reference !== undefined ? this.#reference : this.moments.weights)
  }

  /** The group as a matrix, its members' rows one below the other. */
  weight(key: string, copy: Copy = 'weights'): Weight {
    const group = this.#placed(key).group
    const columns = group.members[0]?.shape.at(-1) ?? 1
    return floatWeight(this.of(key, copy), group.elements / columns, columns)
  }

  /** The group's gradient; undefined when frozen. */
  gradient(key: string): Tensor | undefined {
    return this.trainable ? this.#view(key, this.moments.grads) : undefined
  }

  /** The flat buffers of trainable parameters. */
  get moments(): Moments {
    if (this.#flat === undefined) throw new Error(`${this.#purpose}: these parameters are frozen and have no gradient`)
    return this.#flat
  }

  /** Scalars in all groups, alignment gaps left out. */
  get elements(): number {
    return [...this.#groups.values()].reduce((sum, { group }) => sum + group.elements, 0)
  }

  /** Copies the weights of this moment to the reference. */
  fixReference(recording: Recording): void {
    if (!this.trainable) return
    this.#reference ??= this.gpu.tensor(`${this.#purpose} reference`, this.moments.count)
    recording.copy(this.moments.weights, this.#reference)
  }

  /** Every member by its file's name, read back. `from` may be weights or gradients. */
  async download(from: 'weights' | 'gradients'): Promise<NamedTensor[]> {
    const source = this.trainable ? await this.gpu.read(from === 'weights' ? this.moments.weights : this.moments.grads) : undefined
    const out: NamedTensor[] = []
    for (const { group, offset } of this.#groups.values()) {
      const whole = source === undefined ? await this.gpu.read(this.of(group.key), group.elements) : source.subarray(offset, offset + group.elements)
      for (const { name, shape, offset: start, elements } of group.members) out.push({ name, shape, data: whole.slice(start, start + elements) })
    }
    return out
  }

  free(): void {
    for (const tensor of this.#frozen.values()) this.gpu.free(tensor)
    if (this.#flat !== undefined) for (const tensor of [this.#flat.weights, this.#flat.grads, this.#flat.m, this.#flat.v]) this.gpu.free(tensor)
    if (this.#reference !== undefined) this.gpu.free(this.#reference)
  }

  #placed(key: string): { group: Group; offset: number } {
    const found = this.#groups.get(key)
    if (found === undefined) throw new Error(`${this.#purpose}: there is no group ${key}`)
    return found
  }

  #view(key: string, whole: Tensor): Tensor {
    const found = this.#placed(key)
    return { buffer: whole.buffer, offset: found.offset * 4, size: found.group.elements * 4 }
  }
}
