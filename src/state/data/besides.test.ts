// What a data set tells besides texts, said in one line.
import { expect, test } from 'vitest'
import type { IngestReport } from '../../client/ingest.ts'
import { besidesOf } from './besides.ts'

const report = (over: Partial<IngestReport>): IngestReport => ({
  products: 2400, users: 720, interactions: 5363, facts: { numbers: {}, tagged: 0 }, strengths: 0, profiles: { people: 0, names: [] }, ...over,
} as IngestReport)

test('numbers, tags, strengths and profiles are named, with how many have them where not all do', () => {
  expect(besidesOf(report({
    facts: { numbers: { price: 2400, margin: 2000 }, tagged: 2400 }, strengths: 5363, profiles: { people: 720, names: ['age', 'gender'] },
  }))).toBe('price, margin · tags · strengths · people’s age, gender')
  expect(besidesOf(report({ facts: { numbers: { price: 1000 }, tagged: 7 }, strengths: 5000, profiles: { people: 1, names: ['age'] } })))
    .toBe('price (1,000 of 2,400 products) · tags (7 of 2,400 products) · strengths (5,000 of 5,363 interactions) · people’s age (1 of 720 people)')
})

test('nothing is said where there is nothing, and a set of an earlier reader says how to have more', () => {
  expect(besidesOf(report({}))).toBeUndefined()
  const { facts: _, ...before } = report({})
  expect(besidesOf(before)).toBe('It was read before numbers, tags, strengths and profiles were kept; add its files again to have them.')
})
