// Checks where a product stands.
import { expect, test } from 'vitest'
import { rankOf } from './rank.ts'

test('ranks count from one, and an unranked product has none', () => {
  expect([rankOf(['a', 'b'], 'b'), rankOf(['a', 'b'], 'c')]).toEqual([2, undefined])
})
