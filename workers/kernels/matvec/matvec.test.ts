// The reference of decoding's products: its known values.
import { expect, test } from 'vitest'
import { matvec } from './matvec.reference.ts'

test('a row of [3, 4] is normalised to [0.8, 1.6] by gain [4/3·√½, √2], then multiplied', () => {
  const gain = [(4 / 3) * Math.SQRT1_2 * 1, Math.SQRT2]
  // rms of [3, 4] is 5/√2: 3 · √2/5 · gain₀ and 4 · √2/5 · gain₁
  const y = matvec({ m: 1, n: 2, k: 2, x: [3, 4], w: [1, 0, 0, 1], norm: { gain, eps: 0 } })
  expect(y[0]).toBeCloseTo(0.8, 12)
  expect(y[1]).toBeCloseTo(1.6, 12)
})

test('a low-rank addition is scale · (x·Aᵀ)·Bᵀ with the A of each part of the rows: 2 · 3 · 10 to the first, 2 · 7 · 100 to the second', () => {
  const low = { a: [1, 1, 3, 2], b: [10, 100], rank: 1, scale: 2, parts: [0, 1] }
  expect([...matvec({ m: 1, n: 2, k: 2, x: [1, 2], w: [1, 0, 0, 1], low })]).toEqual([61, 1402])
})

test('gates stand in the first half of the rows: silu(1) · 3 + 10, biased before and added to after', () => {
  const y = matvec({ m: 1, n: 1, k: 2, x: [1, 1], w: [1, 1, 1, 1], gated: true, bias: [-1, 1], add: [10] })
  expect(y[0]).toBeCloseTo(10 + 3 * 0.7310585786300049, 12)
})
