// Linear layers y = x·Wᵀ + b with optional low-rank additions, several layers of one input fused into one product; forward beside backward.
import type { Recording, Tensor } from '../gpu/gpu.ts'
import { columnSum, columnSumScratch } from '../kernels/column_sum/column_sum.ts'
import { matmul } from '../kernels/matmul/matmul.ts'
import type { Weight } from './weight.ts'
import { project, projectBackward } from './weight.ts'
import type { Workspace } from './workspace.ts'

/** A low-rank addition scale·x·Aᵀ·Bᵀ to the columns [column, column + out) of the output; A: [rank, in], B: [out, rank]. */
export interface LowRank {
  readonly name: string
  readonly column: number
  readonly out: number
  readonly rank: number
  readonly scale: number
  readonly a: Tensor
  readonly b: Tensor
  readonly da: Tensor | undefined
  readonly db: Tensor | undefined
}

export interface Linear {
  readonly name: string
  readonly into: number
  readonly out: number
  /** [out, into] */
  readonly weight: Weight
  readonly bias: Tensor | undefined
  readonly dWeight: Tensor | undefined
  readonly dBias: Tensor | undefined
  readonly lowRank: readonly LowRank[]
}

/** Where a layer keeps x·Aᵀ for its backward pass. */
const inner = (space: Workspace, layer: Linear, part: LowRank, rows: number): Tensor => space.get(`${layer.name} ${part.name}`, rows * part.rank)

/** y = x·Wᵀ + b (+ add) with x: [rows, into], y, add: [rows, out]. */
export function linear(recording: Recording, space: Workspace, layer: Linear, x: Tensor, y: Tensor, rows: number, add?: Tensor): void {
  const { into: k, out: n } = layer
  project(recording, x, y, { m: rows, weight: layer.weight }, layer.bias, add)
  for (const part of layer.lowRank) {
    const h = inner(space, layer, part, rows)
    matmul(recording, { op: 'nt', m: rows, n: part.rank, k, a: x, b: part.a, c: h })
    matmul(recording, { op: 'nt', m: rows, n: part.out, k: part.rank, a: h, b: part.b, c: y, ldc: n, cOffset: part.column, alpha: part.scale, accumulate: true })
  }
}

/** dx = dy·W plus the low-rank terms, and += into every gradient the layer has. x: [rows, into] and dy: [rows, out] as in the forward pass. */
export function linearBackward(recording: Recording, space: Workspace, layer: Linear, x: Tensor, dy: Tensor, dx: Tensor, rows: number): void {
  const { into, out } = layer
  projectBackward(recording, dy, dx, { m: rows, weight: layer.weight })
  if (layer.dWeight !== undefined) matmul(recording, { op: 'tn', m: out, n: into, k: rows, a: dy, b: x, c: layer.dWeight, accumulate: true })
  if (layer.dBias !== undefined) columnSum(recording, { source: dy, out: layer.dBias, scratch: space.get('column sums', columnSumScratch(rows, out)) }, { rows, width: out })
  for (const part of layer.lowRank) {
    const h = inner(space, layer, part, rows)
    const dh = space.get('low-rank gradient', rows * part.rank)
    const { rank, scale: alpha, column } = part
    matmul(recording, { op: 'nn', m: rows, n: rank, k: part.out, a: dy, lda: out, aOffset: column, b: part.b, c: dh, alpha })
    if (part.db !== undefined) matmul(recording, { op: 'tn', m: part.out, n: rank, k: rows, a: dy, lda: out, aOffset: column, b: h, c: part.db, alpha, accumulate: true })
    if (part.da !== undefined) matmul(recording, { op: 'tn', m: rank, n: into, k: rows, a: dh, b: x, c: part.da, accumulate: true })
    matmul(recording, { op: 'nn', m: rows, n: into, k: rank, a: dh, b: part.a, c: dx, accumulate: true })
  }
}
