// A weight matrix as it lies on the GPU, float32 or packed, whole or cut into shards of rows; and the products and gathers over it.
import type { WeightStorage } from '../../src/protocol/policy.ts'
import type { Gpu, Recording, Tensor } from '../gpu/gpu.ts'
import { gather, gatherShard } from '../kernels/gather/gather.ts'
import { matmul } from '../kernels/matmul/matmul.ts'
import { type Packing, rowWords, strideOf } from '../kernels/packed/packed.ts'

/** Rows [firstRow, firstRow + rows) of a weight: what one binding holds. */
export interface WeightShard {
  /** a multiple of SHARD_ROWS, so that a bias can be bound from this row on */
  readonly firstRow: number
  readonly rows: number
  /** [rows, stride] elements in the weight's storage; see packed.ts */
  readonly data: Tensor
  /** one word for each group of a row, where the storage has them */
  readonly scales: Tensor | undefined
}

/** A matrix [rows, columns], [out, in] of a linear layer. */
export interface Weight {
  readonly storage: WeightStorage
  readonly rows: number
  readonly columns: number
  /** elements from one row to the next: `columns`, rounded up where packed */
  readonly stride: number
  readonly shards: readonly WeightShard[]
}

/** Every shard but the last holds a multiple of this. */
export const SHARD_ROWS = 64

/** A float32 matrix in one tensor: what is trained, and what fits. */
export function floatWeight(data: Tensor, rows: number, columns: number): Weight {
  return { storage: 'f32', rows, columns, stride: columns, shards: [{ firstRow: 0, rows, data, scales: undefined }] }
}

/** Room for a matrix under `purpose`, in as few shards as the adapter's binding limit allows. */
export function makeWeight(gpu: Gpu, purpose: string, storage: WeightStorage, rows: number, columns: number): Weight {
  const words = rowWords(storage, columns)
  const fitting = Math.floor(gpu.bindingLimit / 4 / words.data)
  const step = fitting >= rows ? rows : Math.max(1, Math.floor(fitting / SHARD_ROWS)) * SHARD_ROWS
  const shards = Array.from({ length: Math.ceil(rows / step) }, (_, i): WeightShard => {
    const [firstRow, count] = [i * step, Math.min(step, rows - i * step)]
    return { firstRow, rows: count, data: gpu.tensor(purpose, count * words.data), scales: words.scales === 0 ? undefined : gpu.tensor(purpose, count * words.scales) }
  })
  return { storage, rows, columns, stride: strideOf(storage, columns), shards }
}

export function freeWeight(gpu: Gpu, { shards }: Weight): void {
  for (const { data, scales } of shards) for (const tensor of [data, scales]) if (tensor !== undefined) gpu.free(tensor)
}

/** How a product reads a shard: undefined for float32. */
export const packingOf = ({ storage }: Weight, { scales }: WeightShard): Packing | undefined => (storage === 'f32' ? undefined : { storage, scales })

export interface Projection {
  /** rows of x and y */
  readonly m: number
  readonly weight: Weight
  /** first element of x (of dy on the way back) */
  readonly aOffset?: number
  /** from one row of x (of dy) to the next; packed when left out */
  readonly lda?: number
  /** first element of y (of dx), and from one row to the next */
  readonly cOffset?: number
  readonly ldc?: number
}

/** y = x·Wᵀ + bias + add; x: [m, columns], y: [m, rows], bias: [rows], add: as y. Shards give the bytes that the whole matrix would. */
export function project(recording: Recording, x: Tensor, y: Tensor, { m, weight, cOffset = 0, ...at }: Projection, bias?: Tensor, add?: Tensor): void {
  for (const shard of weight.shards) {
    const { firstRow, rows, data } = shard
    matmul(recording, {
      op: 'nt', m, n: rows, k: weight.columns, a: x, b: data, packed: packingOf(weight, shard), c: y, ldc: weight.rows, ...at, cOffset: cOffset + firstRow, ldb: weight.stride,
      ...(bias && { bias: part(bias, firstRow, rows) }), ...(add && { add }),
    })
  }
}

/** dx = dy·W; dy: [m, rows], dx: [m, columns]. Shards add to dx in their order. */
export function projectBackward(recording: Recording, dy: Tensor, dx: Tensor, { m, weight, aOffset = 0, ...at }: Projection): void {
  for (const shard of weight.shards) {
    const { firstRow, rows, data } = shard
    matmul(recording, {
      op: 'nn', m, n: weight.columns, k: rows, a: dy, b: data, packed: packingOf(weight, shard), c: dx, lda: weight.rows, ...at, aOffset: aOffset + firstRow, ldb: weight.stride,
      accumulate: firstRow > 0,
    })
  }
}

/** out[i] = W[index[i]]; index: [count] u32, out: [count, columns]. */
export function rowsOf(recording: Recording, weight: Weight, index: Tensor, out: Tensor, count: number): void {
  const { storage, shards, stride, columns } = weight
  for (const { data, scales, firstRow, rows } of shards) {
    if (storage === 'f32' && shards.length === 1) gather(recording, data, index, out, count, columns)
    else gatherShard(recording, { storage, data, scales, firstRow, tableRows: rows, stride }, index, out, count, columns)
  }
}

const part = (tensor: Tensor, first: number, count: number): Tensor => ({ buffer: tensor.buffer, offset: tensor.offset + first * 4, size: count * 4 })
