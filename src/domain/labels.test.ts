// Checks which label stands for a product.
import { expect, test } from 'vitest'
import { labelsOf } from './labels.ts'

test('the better label stands for a product that was judged twice, whichever came first', () => {
  const labels = labelsOf([
    { productId: 'a', label: 'S' }, { productId: 'a', label: 'I' }, { productId: 'b', label: 'C' }, { productId: 'b', label: 'E' },
  ])
  expect([...labels]).toEqual([['a', 'S'], ['b', 'E']])
  expect(labelsOf(undefined).size).toBe(0)
})
