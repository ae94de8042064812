// Weights on the GPU: frozen ones in a buffer per group or shard, trainable ones in one flat buffer with their gradient, moments and reference copy.
import { ALIGNMENT } from '../../src/domain/memory.ts'
import type { WeightStorage } from '../../src/protocol/policy.ts'
import type { Gpu, Recording, Tensor } from '../gpu/gpu.ts'
import type { Moments } from '../kernels/adamw/adamw.ts'
import { rowWords } from '../kernels/packed/packed.ts'
import { unpack } from '../kernels/packed/packed.reference.ts'
import type { Group, Member } from './layout.ts'
import type { NamedTensor } from './safetensors.ts'
import type { Source } from './upload.ts'
import { Uploader } from './upload.ts'
import type { Weight } from './weight.ts'
import { floatWeight, freeWeight, makeWeight } from './weight.ts'

/** Which copy of the trainable weights a pass reads. */
export type Copy = 'weights' | 'reference'

/** `trained`: float32 with gradient and moments; `gradients`: frozen, with a gradient that no optimiser sees; `frozen`: neither. */
export type Use = 'trained' | 'gradients' | 'frozen'

interface Placed {
  readonly group: Group
  /** of the group in the flat buffers, in elements */
  readonly offset: number
}

export class Parameters {
  readonly #groups: ReadonlyMap<string, Placed>
  readonly #vectors = new Map<string, Tensor>()
  readonly #matrices = new Map<string, Weight>()
  readonly #flat: Moments | undefined
  readonly #gradients: Tensor | undefined
  readonly #purpose: string
  #reference: Tensor | undefined

  /** Makes room for every group; matrices that are not trained lie in `storage`, everything else in float32. */
  constructor(readonly gpu: Gpu, purpose: string, groups: readonly Group[], readonly use: Use, readonly storage: WeightStorage = 'f32') {
    if (use === 'trained' && storage !== 'f32') throw new Error(`${purpose}: weights that are trained lie as f32, not as ${storage}; choose f32 weights, or train an adapter`)
    this.#purpose = purpose
    const placed = new Map<string, Placed>()
    let offset = 0
    for (const group of groups) {
      placed.set(group.key, { group, offset })
      offset += Math.ceil(group.elements / ALIGNMENT) * ALIGNMENT
    }
    this.#groups = placed
    if (use !== 'frozen') this.#gradients = gpu.tensor(`${purpose} gradients`, offset)
    if (use === 'trained') {
      const tensor = (kind: string): Tensor => gpu.tensor(`${purpose} ${kind}`, offset)
      this.#flat = { count: offset, weights: tensor('weights'), grads: this.#gradients!, m: tensor('moments'), v: tensor('moments') }
      return
    }
    for (const group of groups) {
      const columns = columnsOf(group)
      if (columns === undefined) this.#vectors.set(group.key, gpu.tensor(`${purpose} weights`, group.elements))
      else this.#matrices.set(group.key, makeWeight(gpu, `${purpose} weights`, storage, group.elements / columns, columns))
    }
  }

  /** Uploads every group from `source`, whose tensors have the groups' shapes. `onBytes` hears of every piece that was read. */
  async fill(source: Source, onBytes?: (bytes: number) => void): Promise<void> {
    const uploader = new Uploader(this.gpu, source, onBytes)
    for (const { group } of this.#groups.values()) {
      const matrix = this.#matrices.get(group.key)
      for (const { name, offset, elements, shape } of group.members) {
        if (matrix !== undefined) await uploader.rows(matrix, offset / matrix.columns, { name, rows: elements / matrix.columns, columns: matrix.columns })
        else await uploader.floats(this.of(group.key), offset, { name, rows: elements / (shape.at(-1) ?? 1), columns: shape.at(-1) ?? 1 })
      }
    }
  }

  get trainable(): boolean {
    return this.use === 'trained'
  }

  has(key: string): boolean {
    return this.#groups.has(key)
  }

  /** The group's weights in float32, or their reference copy. Throws for a matrix that is packed or cut into shards: `weight` gives those. */
  of(key: string, copy: Copy = 'weights'): Tensor {
    const vector = this.#vectors.get(key)
    if (vector !== undefined) return vector
    const matrix = this.#matrices.get(key)
    if (matrix === undefined) return this.#view(key, copy === 'reference' && this.#reference !== undefined ? this.#reference : this.moments.weights)
    const [shard, ...more] = matrix.shards
    if (shard === undefined || more.length > 0 || matrix.storage !== 'f32') throw new Error(`${this.#purpose}: ${key} lies as ${matrix.storage} in ${matrix.shards.length} shards; read it as a weight`)
    return shard.data
  }

  /** The group as a matrix, its members' rows one below the other. */
  weight(key: string, copy: Copy = 'weights'): Weight {
    const matrix = this.#matrices.get(key)
    if (matrix !== undefined) return matrix
    const { group } = this.#placed(key)
    const columns = columnsOf(group) ?? 1
    return floatWeight(this.of(key, copy), group.elements / columns, columns)
  }

  /** The group's gradient; undefined where there is none. */
  gradient(key: string): Tensor | undefined {
    return this.#gradients && this.#view(key, this.#gradients)
  }

  get hasGradients(): boolean {
    return this.#gradients !== undefined
  }

  /** The flat buffers of trainable parameters. */
  get moments(): Moments {
    if (this.#flat === undefined) throw new Error(`${this.#purpose}: these parameters are frozen and have no moments`)
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

  /** Every tensor of the layout. */
  get members(): readonly Member[] {
    return [...this.#groups.values()].flatMap(({ group }) => group.members)
  }

  /** One tensor's values, read back: packed ones as the float32 values that they stand for. */
  async read(name: string, from: 'weights' | 'gradients' = 'weights'): Promise<NamedTensor> {
    const placed = [...this.#groups.values()].find(({ group }) => group.members.some((member) => member.name === name))
    const member = placed?.group.members.find((one) => one.name === name)
    if (placed === undefined || member === undefined) throw new Error(`${this.#purpose}: there is no tensor ${name}`)
    const { shape, offset, elements } = member
    const { key } = placed.group
    const matrix = from === 'weights' ? this.#matrices.get(key) : undefined
    if (matrix !== undefined) return { name, shape, data: await this.#readRows(matrix, offset / matrix.columns, elements / matrix.columns) }
    const whole = from === 'weights' ? this.of(key) : this.gradient(key)
    if (whole === undefined) throw new Error(`${this.#purpose}: these parameters are frozen and have no gradient`)
    return { name, shape, data: await this.gpu.read(whole, elements, offset) }
  }

  /** Every member by its file's name, read back. `from` may be weights or gradients. */
  async download(from: 'weights' | 'gradients'): Promise<NamedTensor[]> {
    const out: NamedTensor[] = []
    for (const { name } of this.members) out.push(await this.read(name, from))
    return out
  }

  free(): void {
    for (const tensor of this.#vectors.values()) this.gpu.free(tensor)
    for (const weight of this.#matrices.values()) freeWeight(this.gpu, weight)
    for (const tensor of [this.#flat?.weights, this.#flat?.m, this.#flat?.v, this.#gradients, this.#reference]) if (tensor !== undefined) this.gpu.free(tensor)
  }

  /** Float32 values of rows [first, first + count) of a frozen matrix. */
  async #readRows({ storage, shards, columns, stride }: Weight, first: number, count: number): Promise<Float32Array> {
    const words = rowWords(storage, columns)
    const out = new Float32Array(count * columns)
    for (const { firstRow, rows, data, scales } of shards) {
      const [from, to] = [Math.max(first, firstRow), Math.min(first + count, firstRow + rows)]
      if (from >= to) continue
      const [at, taken] = [from - firstRow, to - from]
      const read = async (tensor: Tensor, width: number): Promise<Uint32Array> => this.gpu.readU32(tensor, width * taken, width * at)
      const values = storage === 'f32'
        ? await this.gpu.read(data, taken * columns, at * columns)
        : unpack(storage, { data: await read(data, words.data), scales: scales && await read(scales, words.scales) }, taken, columns, stride)
      out.set(values, (from - first) * columns)
    }
    return out
  }

  #placed(key: string): Placed {
    const found = this.#groups.get(key)
    if (found === undefined) throw new Error(`${this.#purpose}: there is no group ${key}`)
    return found
  }

  #view(key: string, whole: Tensor): Tensor {
    const found = this.#placed(key)
    return { buffer: whole.buffer, offset: found.offset * 4, size: found.group.elements * 4 }
  }
}

/** Columns of a group whose members are matrices of one width; undefined for vectors. */
function columnsOf({ members }: Group): number | undefined {
  return members.every(({ shape }) => shape.length === 2) ? members[0]?.shape[1] : undefined
}
