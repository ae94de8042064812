// The low-rank additions of a layer as decoding's kernels take them: the A of all parts stacked into one matrix, so that a layer is two products and not one more for each part.
import type { Recording, Tensor } from '../gpu/gpu.ts'
import type { LowRankArgs, MatvecArgs } from '../kernels/matvec/matvec.ts'
import { fits, matvec } from '../kernels/matvec/matvec.ts'
import type { Linear } from './linear.ts'

export interface Stack {
  /** [parts·rank, into] */
  readonly a: Tensor
  /** B: [out, rank], zero where a column has no addition; then room for x·Aᵀ */
  readonly low: LowRankArgs
}

/** Whether the kernels take the layer with its additions: one shard, its rows and its rank in fours, and one rank and scale for all of at most three parts. */
export function stackable({ lowRank, into, weight }: Linear): boolean {
  const [first] = lowRank
  if (first === undefined || weight.shards.length > 1 || !fits(into, weight.stride)) return false
  return lowRank.length <= 3 && fits(into, first.rank) && lowRank.every(({ rank, scale }) => rank === first.rank && scale === first.scale)
}

/** Copies the additions of a stackable layer as they are now, with room for `rows` rows of x·Aᵀ. `freeStack` gives both copies back. */
export function stack(recording: Recording, { lowRank, into, out }: Linear, rows: number): Stack {
  const { gpu } = recording
  const { rank = 0, scale = 0 } = lowRank[0] ?? {}
  const a = gpu.room('stacked adapter', lowRank.length * rank * into)
  const tensor = gpu.room('stacked adapter', (out + rows * lowRank.length) * rank)
  if (lowRank.reduce((sum, part) => sum + part.out, 0) < out) recording.clear(tensor, out * rank)
  lowRank.forEach((part, i) => {
    recording.copy(part.a, a, rank * into, 0, i * rank * into)
    recording.copy(part.b, tensor, part.out * rank, 0, part.column * rank)
  })
  return { a, low: { tensor, rank, scale, parts: lowRank.map(({ column }) => column) } }
}

export function freeStack({ gpu }: Recording, { a, low }: Stack): void {
  for (const tensor of [a, low.tensor]) gpu.free(tensor)
}

/** Writes x·Aᵀ of `rows` rows where the layer's product reads it; with a norm, of x · gain, for the product divides the whole. */
export function innerProducts(recording: Recording, { into, out }: Linear, { a, low }: Stack, x: Tensor, rows: number, norm: MatvecArgs['norm']): void {
  matvec(recording, {
    m: rows, n: low.parts.length * low.rank, k: into, x, weight: { storage: 'f32', data: a, scales: undefined, stride: into }, y: low.tensor, offset: out * low.rank,
    ...(norm && { norm: { ...norm, unscaled: true } }),
  })
}
