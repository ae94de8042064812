// Checks that judged queries are found by what is typed, and that preparing many of them leaves the page its turns.
import { expect, test, vi } from 'vitest'
import type { JudgedQuery, Split } from '../../domain/dataset.ts'
import { QueryIndex } from './queries.ts'

const query = (text: string, split: Split = 'train'): JudgedQuery => ({ id: text, text, split, judgements: [] })

test('queries that hold every typed word are found, test queries first', () => {
  const index = new QueryIndex([query('Red  lamp'), query('lamp shade', 'test'), query('blue chair')])
  expect(index.find('LAMP', 10)).toMatchObject({ options: [{ text: 'lamp shade' }, { text: 'Red  lamp' }], total: 2 })
  expect(index.find('red la', 10).options.map(({ text }) => text)).toEqual(['Red  lamp'])
  expect(index.find('', 2)).toMatchObject({ total: 3, options: [{}, {}] })
})

test('the same query is found whatever its case and spaces', () => {
  const index = new QueryIndex([query('Red  lamp'), query('blue chair')])
  expect(index.same(' red LAMP ')?.text).toBe('Red  lamp')
  expect(index.same('red')).toBeUndefined()
})

test('of queries that differ in case alone the exact spelling is found first, and with an id that one', () => {
  const [lower, upper] = [query('mug'), query('Mug')]
  const index = new QueryIndex([lower, upper, { ...lower, id: 'again' }])
  expect([index.same('Mug'), index.same('mug'), index.same('MUG')]).toEqual([upper, lower, lower])
  expect([index.same('mug', 'again')?.id, index.same('mug', 'Mug')?.id, index.same('mug', 'pan')?.id]).toEqual(['again', 'Mug', 'mug'])
})

test('a hundred thousand queries are prepared in turns, and found by their text meanwhile', async () => {
  const many = Array.from({ length: 100_000 }, (_, at) => query(`Query Number ${at}`, at % 3 === 0 ? 'test' : 'train'))
  const began = performance.now()
  const index = new QueryIndex(many)
  expect(performance.now() - began).toBeLessThan(200)
  expect(index.same('Query Number 99998')?.id).toBe('Query Number 99998')
  await vi.waitFor(() => expect(index.same('query number 99998')?.id).toBe('Query Number 99998'), 5_000)
  expect(index.find('99998', 5).total).toBe(1)
})
