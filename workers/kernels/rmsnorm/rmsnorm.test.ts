// The norm's reference: its gradient, and what a norm must do.
import { expect, test } from 'vitest'
import { Numbers, projectionError } from '../testing.ts'
import { rmsNorm, rmsNormBackward } from './rmsnorm.reference.ts'

test.each([
  [1, 1, 1], [1, 7, 1], [5, 3, 1], [3, 64, 1e-4], [4, 33, 1e3],
])('the gradient of %i rows × %i is right at magnitude %d', (rows, width, scale) => {
  const numbers = new Numbers(`rmsnorm ${rows} ${width} ${scale}`)
  const shape = { rows, width, eps: 1e-6 }
  const error = projectionError(
    'rmsnorm', [numbers.doubles(rows * width, scale), numbers.doubles(width)],
    ([x, w]) => [rmsNorm(x!, w!, shape).y],
    ([x, w], [dy], [dx, dw]) => rmsNormBackward({ x: x!, w: w!, dy: dy!, dx: dx!, dw: dw! }, shape),
  )
  // one column of magnitude 1 is normalised to ±1: its gradient is as small as eps and mostly rounding
  expect(error).toBeLessThan(width === 1 ? 1e-4 : 1e-7)
})

test('a row leaves with unit mean square, times the weight', () => {
  const shape = { rows: 2, width: 4, eps: 0 }
  const { y } = rmsNorm([1, -2, 3, 4, 0.01, 0, 0, 0], [1, 1, 1, 1], shape)
  for (const row of [y.subarray(0, 4), y.subarray(4)]) expect(row.reduce((sum, value) => sum + value ** 2, 0) / 4).toBeCloseTo(1, 12)
  expect(rmsNorm([1, -2, 3, 4, 0.01, 0, 0, 0], [2, 2, 2, 2], shape).y).toEqual(y.map((value) => 2 * value))
})

test('a row of zeros stays zero because of eps', () => {
  const { y, rstd } = rmsNorm([0, 0, 0], [1, 2, 3], { rows: 1, width: 3, eps: 1e-6 })
  expect([...y]).toEqual([0, 0, 0])
  expect(rstd[0]).toBeCloseTo(1000, 9)
})
