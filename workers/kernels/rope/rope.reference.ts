// Rotary position embedding in float64: the definition that the kernels are held to.
import type { Angles, HeadShape } from './rope.ts'

/**
 * Turns pair (i, i + D/2) of every query and key head by position·frequency(i) and multiplies it by the magnitude; values pass.
 * qkv: [rows, (heads + 2·kvHeads)·D] (queries | keys | values); positions: [rows]; returns the turned qkv.
 */
export function rope(qkv: ArrayLike<number>, positions: ArrayLike<number>, angles: Angles, shape: HeadShape): Float64Array {
  const turned = Float64Array.from(qkv)
  forEachPair(positions, angles, shape, (first, second, cos, sin) => {
    turned[first] = qkv[first]! * cos - qkv[second]! * sin
    turned[second] = qkv[second]! * cos + qkv[first]! * sin
  })
  return turned
}

/** dqkv += the gradient of `rope` along dturned: a turn back. dturned, dqkv: [rows, (heads + 2·kvHeads)·D]. */
export function ropeBackward(dturned: ArrayLike<number>, positions: ArrayLike<number>, angles: Angles, shape: HeadShape, dqkv: Float64Array): void {
  const back = Float64Array.from(dturned)
  forEachPair(positions, angles, shape, (first, second, cos, sin) => {
    back[first] = dturned[first]! * cos + dturned[second]! * sin
    back[second] = dturned[second]! * cos - dturned[first]! * sin
  })
  for (let at = 0; at < back.length; at++) dqkv[at]! += back[at]!
}

function forEachPair(positions: ArrayLike<number>, angles: Angles, { heads, kvHeads, headDim }: HeadShape, visit: (first: number, second: number, cos: number, sin: number) => void): void {
  const half = headDim / 2
  for (let r = 0; r < positions.length; r++) {
    for (let head = 0; head < heads + kvHeads; head++) {
      for (let i = 0; i < half; i++) {
        const angle = positions[r]! * angles.frequencies[i]!
        const first = (r * (heads + 2 * kvHeads) + head) * headDim + i
        visit(first, first + half, angles.magnitude * Math.cos(angle), angles.magnitude * Math.sin(angle))
      }
    }
  }
}
