// A weight matrix as it lies on the GPU, float32 or packed, whole or cut into shards of rows; and the products and gathers over it.
import type { WeightStorage } from '../../src/protocol/policy.ts'
import type { Recording, Tensor } from '../gpu/gpu.ts'
import { gather } from '../kernels/gather/gather.ts'
import { matmul } from '../kernels/matmul/matmul.ts'

/** Rows [firstRow, firstRow + rows) of a weight: what one binding holds. */
export interface WeightShard {
  /** a multiple of 64, so that a bias can be bound from this row on */
  readonly firstRow: number
  readonly rows: number
  /** [rows, stride] elements in the weight's storage */
  readonly data: Tensor
  /** one word for each group of a row; see packed.ts */
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

/** The rows of a shard start at a multiple of this. */
export const SHARD_ROWS = 64

/** A float32 matrix in one tensor: what is trained, and what fits. */
export function floatWeight(data: Tensor, rows: number, columns: number): Weight {
  return { storage: 'f32', rows, columns, stride: columns, shards: [{ firstRow: 0, rows, data, scales: undefined }] }
}

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

/** y = x·Wᵀ + bias + add; x: [m, columns], y: [m, rows], bias: [rows], add: as y. Rows of W beyond one binding are computed shard by shard, with equal bytes. */
export function project(recording: Recording, x: Tensor, y: Tensor, { m, weight, cOffset = 0, ...at }: Projection, bias?: Tensor, add?: Tensor): void {
  for (const { firstRow, rows, data } of weight.shards) {
    matmul(recording, {
      op: 'nt', m, n: rows, k: weight.columns, a: x, b: data, c: y, ldc: weight.rows, ...at, cOffset: cOffset + firstRow, ldb: weight.stride,
      ...(bias && { bias: from(bias, firstRow, rows) }), ...(add && { add }),
    })
  }
}

/** dx = dy·W; dy: [m, rows], dx: [m, columns]. Shards add to dx in their order. */
export function projectBackward(recording: Recording, dy: Tensor, dx: Tensor, { m, weight, aOffset = 0, ...at }: Projection): void {
  for (const { firstRow, rows, data } of weight.shards) {
    matmul(recording, {
      op: 'nn', m, n: weight.columns, k: rows, a: dy, b: data, c: dx, lda: weight.rows, ...at, aOffset: aOffset + firstRow, ldb: weight.stride,
      ...(firstRow > 0 && { accumulate: true }),
    })
  }
}

/** out[i] = W[index[i]]; index: [count] u32, out: [count, columns]. */
export function rowsOf(recording: Recording, weight: Weight, index: Tensor, out: Tensor, count: number): void {
  for (const { data } of weight.shards) gather(recording, data, index, out, count, weight.columns)
}

const from = (tensor: Tensor, first: number, count: number): Tensor => ({ buffer: tensor.buffer, offset: tensor.offset + first * 4, size: count * 4 })
