// Rotary position embedding in float64: the definition that the kernels are held to.
import type { HeadShape } from './rope.ts'

/**
 * Turns pair (i, i + D/2) of every query and key head by position·theta^(−2i/D); values pass.
 * qkv: [rows, (heads + 2·kvHeads)·D] (queries | keys | values); positions: [rows]; returns the turned qkv.
 */
export function rope(qkv: ArrayLike<number>, positions: ArrayLike<number>, theta: number, shape: HeadShape): Float64Array {
  const turned = Float64Array.from(qkv)
  forEachPair(positions, theta, shape, (first, second, cos, sin) => {
    turned[first] = qkv[first]! * cos - qkv[second]! * sin
    turned[second] = qkv[second]! * cos + qkv[first]! * sin
  })
  return turned
}

/** dqkv += the gradient of `rope` along dturned: a turn back. dturned, dqkv: [rows, (heads + 2·kvHeads)·D]. */
export function ropeBackward(dturned: ArrayLike<number>, positions: ArrayLike<number>, theta: number, shape: HeadShape, dqkv: Float64Array): void {
  const back = Float64Array.from(dturned)
  forEachPair(positions, theta, shape, (first, second, cos, sin) => {
    back[first] = dturned[first]! * cos + dturned[second]! * sin
    back[second] = dturned[second]! * cos - dturned[first]! * sin
  })
  for (let at = 0; at < back.length; at++) dqkv[at]! += back[at]!
}

function forEachPair(positions: ArrayLike<number>, theta: number, { heads, kvHeads, headDim }: HeadShape, visit: (first: number, second: number, cos: number, sin: number) => void): void {
  const half = headDim / 2
  for (let r = 0; r < positions.length; r++) {
    for (let head = 0; head < heads + kvHeads; head++) {
      for (let i = 0; i < half; i++) {
        const angle = positions[r]! * theta ** ((-2 * i) / headDim)
        const first = (r * (heads + 2 * kvHeads) + head) * headDim + i
        visit(first, first + half, Math.cos(angle), Math.sin(angle))
      }
    }
  }
}
