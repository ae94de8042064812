// Checks the moves between rankings as the inspector tells and draws them.
import { expect, test } from 'vitest'
import { droppedFrom, linksBetween, moveOf, ranksOf, relevantWords } from './ranks.ts'

test('a product that rose says by how much and from where', () => {
  expect(moveOf(1, 3, true)).toEqual({ kind: 'up', by: 2, mark: '+2', words: 'up 2 places, from 3' })
})

test('a product that fell by one place says place, not places', () => {
  expect(moveOf(2, 1, true)).toMatchObject({ mark: '−1', words: 'down 1 place, from 1' })
})

test('a product that was not ranked is new, and one without a ranking to compare with has no move', () => {
  expect(moveOf(1, undefined, true).kind).toBe('new')
  expect(moveOf(1, undefined, false).mark).toBe('')
})

test('products that left the listed ones say where they are now, if anywhere', () => {
  expect(droppedFrom(['a', 'b', 'c'], ranksOf(['c', 'x', 'b']), 2)).toEqual([{ id: 'a', was: 1, now: undefined }, { id: 'b', was: 2, now: 3 }])
})

test('every listed product has one line: between its places, going out, or coming in', () => {
  expect(linksBetween(['a', 'b', 'c', 'd'], ['c', 'b', 'x', 'a'], 3)).toEqual([
    { id: 'a', from: 1, to: undefined, kind: 'left' }, { id: 'b', from: 2, to: 2, kind: 'same' }, { id: 'c', from: 3, to: 1, kind: 'up' },
    { id: 'x', from: undefined, to: 3, kind: 'entered' },
  ])
})

test('relevant products are counted among those shown and as deep as was ranked', () => {
  const ids = Array.from({ length: 100 }, (_, at) => `p${at + 1}`)
  const six = ['p20', 'p30', 'p40', 'p50', 'p60', 'p70']
  expect(relevantWords(six, ids, 8, 100)).toBe('0 of 6 relevant in these 8, all within 100')
  expect(relevantWords(['p1', 'p9', 'gone'], ids, 8, 100)).toBe('1 of 3 relevant in these 8, 2 within 100')
  expect(relevantWords(['gone'], ids.slice(0, 5), 8, 100)).toBe('0 of 1 relevant in these 5, none within 100')
  expect(relevantWords(['p1', 'p2'], ids, 8, 100)).toBe('all 2 relevant in these 8')
  expect(relevantWords(['p1', 'gone'], ids, 100, 100)).toBe('1 of 2 relevant in these 100')
})
