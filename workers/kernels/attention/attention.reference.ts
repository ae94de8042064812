// Grouped-query attention over spans of key-value rows in float64: the definition that the kernels are held to.
import type { HeadShape } from '../rope/rope.ts'

interface Attended {
  /** [rows, stride]: queries in the first heads·D columns */
  readonly q: ArrayLike<number>
  /** columns per row of q: (heads + 2·kvHeads)·D */
  readonly stride: number
  /** [*, 2·kvHeads·D] (keys | values) */
  readonly kv: ArrayLike<number>
  /** [rows, 4]: row r attends to the kv rows [spans[0], spans[1]) ∪ [spans[2], spans[3]) */
  readonly spans: ArrayLike<number>
}

/** out = softmax(q·kᵀ/√D)·v. Returns out: [rows, heads·D] and lse: [rows, heads], the log-sum-exp of the scaled scores. */
export function attention(inputs: Attended, rows: number, shape: HeadShape): { out: Float64Array; lse: Float64Array } {
  const { heads, headDim } = shape
  const out = new Float64Array(rows * heads * headDim)
  const lse = new Float64Array(rows * heads)
  forEachHead(inputs, rows, shape, ({ row, head, keys, valueAt, weights, norm }) => {
    lse[row * heads + head] = norm
    keys.forEach((key, j) => {
      for (let d = 0; d < headDim; d++) out[(row * heads + head) * headDim + d]! += weights[j]! * inputs.kv[valueAt(key) + d]!
    })
  })
  return { out, lse }
}

/** dq += and dkv += the gradients along dout: [rows, heads·D]. dq: [rows, stride], its first heads·D columns; dkv: [*, 2·kvHeads·D]. */
export function attentionBackward(
  inputs: Attended & { readonly dout: ArrayLike<number>; readonly dq: Float64Array; readonly dkv: Float64Array },
  rows: number,
  shape: HeadShape,
): void {
  const { q, kv, dout, dq, dkv } = inputs
  const { heads, headDim } = shape
  const scale = 1 / Math.sqrt(headDim)
  forEachHead(inputs, rows, shape, ({ row, head, keys, queryAt, keyAt, valueAt, weights }) => {
    const outAt = (row * heads + head) * headDim
    const dweights = keys.map((key, j) => {
      let dweight = 0
      for (let d = 0; d < headDim; d++) {
        dweight += dout[outAt + d]! * kv[valueAt(key) + d]!
        dkv[valueAt(key) + d]! += weights[j]! * dout[outAt + d]!
      }
      return dweight
    })
    const mean = dweights.reduce((sum, dweight, j) => sum + weights[j]! * dweight, 0)
    keys.forEach((key, j) => {
      const dscore = weights[j]! * (dweights[j]! - mean) * scale
      for (let d = 0; d < headDim; d++) {
        dq[queryAt + d]! += dscore * kv[keyAt(key) + d]!
        dkv[keyAt(key) + d]! += dscore * q[queryAt + d]!
      }
    })
  })
}

interface Head {
  readonly row: number
  readonly head: number
  /** the kv rows attended to */
  readonly keys: readonly number[]
  readonly weights: readonly number[]
  readonly norm: number
  readonly queryAt: number
  readonly keyAt: (key: number) => number
  readonly valueAt: (key: number) => number
}

function forEachHead({ q, stride, kv, spans }: Attended, rows: number, { heads, kvHeads, headDim }: HeadShape, visit: (head: Head) => void): void {
  for (let row = 0; row < rows; row++) {
    const [prefixStart, prefixEnd, ownStart, ownEnd] = [0, 1, 2, 3].map((i) => spans[row * 4 + i]!) as [number, number, number, number]
    const keys = [...range(prefixStart, prefixEnd), ...range(ownStart, ownEnd)]
    for (let head = 0; head < heads; head++) {
      const kvHead = Math.floor(head / (heads / kvHeads))
      const queryAt = row * stride + head * headDim
      const keyAt = (key: number): number => (key * 2 * kvHeads + kvHead) * headDim
      const valueAt = (key: number): number => (key * 2 * kvHeads + kvHeads + kvHead) * headDim
      const scores = keys.map((key) => {
        let score = 0
        for (let d = 0; d < headDim; d++) score += q[queryAt + d]! * kv[keyAt(key) + d]!
        return score / Math.sqrt(headDim)
      })
      const top = Math.max(...scores)
      const norm = top + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0))
      visit({ row, head, keys, weights: scores.map((score) => Math.exp(score - norm)), norm, queryAt, keyAt, valueAt })
    }
  }
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i)
}
