// The divergence reference against values known by hand.
import { expect, test } from 'vitest'
import { divergence } from './divergence.reference.ts'

test('equal rows are 0 apart whatever offset their logits have, and the divergence of coins is that of the book, one way and the other', () => {
  expect(divergence([1, 2, 3], [11, 12, 13], 1, 3)[0]).toBeCloseTo(0, 12)
  const expected = 0.75 * Math.log(0.75 / 0.5) + 0.25 * Math.log(0.25 / 0.5)
  expect(divergence([Math.log(3), 0], [0, 0], 1, 2)[0]).toBeCloseTo(expected, 12)
  expect(divergence([0, 0], [Math.log(3), 0], 1, 2)[0], 'the other way round it is another number').toBeCloseTo(0.5 * Math.log(0.5 / 0.75) + 0.5 * Math.log(0.5 / 0.25), 12)
})
