// Checks that values by place come out of the comparison as rankings by name do.
import { expect, test } from 'vitest'
import { compareRankings } from '../../src/domain/compare.ts'
import { compareValues } from './compare.ts'

const before = Float64Array.from([0.1, 0.5, NaN, 0.4, 0.2])
const after = Float64Array.from([0.3, 0.5, 0.9, NaN, 0.1])

test('only queries with both values count, with the same resampling as anywhere else', () => {
  const side = (values: Float64Array) => [...values].flatMap((value, at) => (Number.isNaN(value) ? [] : [{ id: String(at), ranked: true, values: { value } }]))
  const { perQuery: _, ...wanted } = compareRankings(side(before), side(after), 'value', 7)
  expect(compareValues({ before, after, seed: 7 })).toEqual(wanted)
  expect(wanted).toMatchObject({ queries: 3, wins: 1, ties: 1, losses: 1, unpaired: 2 })
})

test('domains are told apart by their place; a query without one is in none', () => {
  const compared = compareValues({ before, after, seed: 7, names: ['Toys', 'Books'], domains: Int32Array.from([0, 0, 1, 1, -1]) })
  expect(compared?.domains).toMatchObject([{ domain: 'Toys', queries: 2, wins: 1, ties: 1, losses: 0 }])
})

test('nothing is said where no query has both', () => {
  expect(compareValues({ before: Float64Array.of(NaN), after: Float64Array.of(1), seed: 1 })).toBeUndefined()
})
