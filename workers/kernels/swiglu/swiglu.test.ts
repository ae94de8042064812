// The gated activation's reference: its gradient and its known values.
import { expect, test } from 'vitest'
import { Numbers, projectionError } from '../testing.ts'
import { swiglu, swigluBackward } from './swiglu.reference.ts'

test.each([
  [1, 1, 1], [3, 5, 1], [2, 17, 1e-4], [4, 3, 10],
])('the gradient of %i rows × %i is right at magnitude %d', (rows, width, scale) => {
  const error = projectionError(
    'swiglu', [new Numbers(`swiglu ${rows} ${width}`).doubles(rows * 2 * width, scale)],
    ([gateUp]) => [swiglu(gateUp!, rows, width)],
    ([gateUp], [dout], [dgateUp]) => swigluBackward(gateUp!, dout!, dgateUp!, rows, width),
  )
  expect(error).toBeLessThan(1e-7)
})

test('the left half gates the right half: silu(1) is 0.7310585786, a far negative gate is shut, a far positive one open', () => {
  const out = swiglu([1, 0, -800, 800, 2, 5, 3, 3], 1, 4)
  expect(out[0]).toBeCloseTo(2 * 0.7310585786300049, 12)
  expect([...out.subarray(1)].map(Math.abs)).toEqual([0, 0, 2400])
})
