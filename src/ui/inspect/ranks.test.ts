// Checks the moves between rankings as the inspector tells them.
import { expect, test } from 'vitest'
import { moveOf, rankOf } from './ranks.ts'

test('a product that rose says by how much and from where', () => {
  expect(moveOf(1, 'c', ['a', 'b', 'c'])).toEqual({ kind: 'up', by: 2, mark: '▲2', words: 'up 2 places, from 3' })
})

test('a product that fell by one place says place, not places', () => {
  expect(moveOf(2, 'a', ['a', 'b']).words).toBe('down 1 place, from 1')
})

test('a product that was not ranked is new, and one without a ranking to compare with has no move', () => {
  expect(moveOf(1, 'x', ['a']).kind).toBe('new')
  expect(moveOf(1, 'x', undefined).mark).toBe('')
})

test('ranks count from one, and an unranked product has none', () => {
  expect([rankOf(['a', 'b'], 'b'), rankOf(['a', 'b'], 'c')]).toEqual([2, undefined])
})
