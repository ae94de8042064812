// The head norm's reference: its gradient, and what tells it from a norm of the row.
import { expect, test } from 'vitest'
import { rmsNorm } from '../rmsnorm/rmsnorm.reference.ts'
import { Numbers, projectionError } from '../testing.ts'
import { headNorm, headNormBackward } from './head_norm.reference.ts'

test.each([
  [1, 1, 1, 2, 1], [3, 4, 2, 6, 1], [2, 3, 1, 10, 1e-4], [4, 2, 2, 16, 1e3],
])('the gradient of %i rows, %i heads, %i key heads × %i is right at magnitude %d', (rows, heads, kvHeads, headDim, scale) => {
  const shape = { heads, kvHeads, headDim }
  const numbers = new Numbers(`head norm ${rows} ${heads} ${headDim}`)
  const error = projectionError(
    'head norm', [numbers.doubles(rows * (heads + 2 * kvHeads) * headDim, scale), numbers.doubles(2 * headDim)],
    ([x, w]) => [headNorm(x!, w!, 1e-6, shape).y],
    ([x, w], [dy], [dx, dw]) => headNormBackward({ x: x!, w: w!, dy: dy!, dx: dx!, dw: dw! }, 1e-6, shape),
  )
  expect(error).toBeLessThan(1e-7)
})

test('each head is a row of the plain norm with the weight of its kind, and values pass', () => {
  const shape = { heads: 2, kvHeads: 1, headDim: 4 }
  const numbers = new Numbers('head norm rows')
  const [x, w] = [numbers.doubles(16), numbers.doubles(8)]
  const plain = (from: number, weight: Float64Array): Float64Array => rmsNorm(x.subarray(from, from + 4), weight, { rows: 1, width: 4, eps: 1e-6 }).y
  const { y } = headNorm(x, w, 1e-6, shape)
  expect([...y]).toEqual([...plain(0, w.subarray(0, 4)), ...plain(4, w.subarray(0, 4)), ...plain(8, w.subarray(4)), ...x.subarray(12)])
})
