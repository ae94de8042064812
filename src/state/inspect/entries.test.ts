// Checks what is told of each item of a list answer.
import { expect, test } from 'vitest'
import type { Row } from '../../domain/tasks/task.ts'
import { entriesOf } from './entries.ts'

const row = (candidates?: readonly string[]): Row => ({ id: 'r', text: 'r', split: 'test', judgements: [], ...(candidates === undefined ? {} : { candidates }) })
const ranked = (...ids: string[]) => ({ ids, scores: ids.map(() => 1) })

test('an item of a pool is told by its place there; what was said before and what is no candidate is marked', () => {
  expect(entriesOf({ text: '', items: ['c', 'a', 'c', '9'] }, [], row(['a', 'b', 'c']), 'ids')).toEqual([
    { said: 'c', id: 'c', place: 3, again: false, stranger: false },
    { said: 'a', id: 'a', place: 1, again: false, stranger: false },
    { said: 'c', id: 'c', place: 3, again: true, stranger: false },
    { said: '9', id: undefined, place: undefined, again: false, stranger: true },
  ])
})

test('a name is told with the product that it was matched to: two names of one product say it twice, a name without a match stays alone', () => {
  expect(entriesOf({ text: '', items: ['mug', 'cup', 'xyz'] }, [ranked('p1', 'p2'), ranked('p1'), ranked()], row(), 'names')).toEqual([
    { said: 'mug', id: 'p1', place: undefined, again: false, stranger: false },
    { said: 'cup', id: 'p1', place: undefined, again: true, stranger: false },
    { said: 'xyz', id: undefined, place: undefined, again: false, stranger: true },
  ])
})

test('names beyond those that were matched are no strangers: nobody looked for them', () => {
  expect(entriesOf({ text: '', items: ['mug', 'cup'] }, [ranked('p1')], row(), 'names')![1]).toMatchObject({ said: 'cup', id: undefined, stranger: false })
})

test('a query and a text have no entries', () => {
  expect([entriesOf({ text: 'mug' }, [], row(), 'query'), entriesOf({ text: 'mug', items: ['a'] }, [], row(), 'text')]).toEqual([undefined, undefined])
})
