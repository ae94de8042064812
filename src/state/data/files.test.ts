// Checks what a person can say of an unknown table, and what is still missing.
import { expect, test } from 'vitest'
import { filterApplies, mappingAs, mappingFault, type Recognised } from './files.ts'

const recognised = (format: string): Recognised => (
  { file: 'a', bytes: 1, container: 'csv', gzip: false, format, role: 'unknown', columns: [], samples: [] })

test('a mapping names the columns that are still missing', () => {
  expect(mappingFault({ role: 'products', columns: {} })).toBe('say which column holds the product id')
  expect(mappingFault({ role: 'products', columns: { id: 'sku' } })).toContain('the title or the description')
  expect(mappingFault({ role: 'products', columns: { id: 'sku', 'numbers.price': 'price' } })).toBeUndefined()
  expect(mappingFault({ role: 'people', columns: { userId: 'u' } })).toBe('say which columns tell something of the person')
  expect(mappingFault({ role: 'people', columns: { userId: 'u', 'profile.age': 'age' } })).toBeUndefined()
  expect(mappingFault({ role: 'products', columns: { id: 'sku', title: 'name' } })).toBeUndefined()
  expect(mappingFault({ role: 'interactions', columns: { userId: 'u' } })).toContain('product id')
})

test('a judgement needs its query by text or by id, either of them', () => {
  expect(mappingFault({ role: 'judgements', columns: { productId: 'sku' } })).toContain('query text, or the query id')
  expect(mappingFault({ role: 'judgements', columns: { productId: 'sku', queryId: 'q' } })).toBeUndefined()
  expect(mappingFault({ role: 'judgements', columns: { productId: 'sku', query: 'q' } })).toBeUndefined()
})

test('a column that stands for two things is named', () => {
  expect(mappingFault({ role: 'products', columns: { id: 'name', title: 'name' } })).toBe('column name stands for two things; each column means one')
})

test('changing the role keeps what both roles call the same', () => {
  const judgements = { role: 'judgements', columns: { query: 'q', queryId: 'id', label: 'l' } } as const
  expect(mappingAs('queries', judgements)).toEqual({ role: 'queries', columns: { query: 'q', queryId: 'id' } })
})

test('the filter of ESCI is offered for ESCI’s own files only', () => {
  expect(filterApplies([recognised('table'), recognised('ESCI examples')])).toBe(true)
  expect(filterApplies([recognised('BEIR queries')])).toBe(false)
})
