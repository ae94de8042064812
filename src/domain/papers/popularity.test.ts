// Popularity by hand: four people, what most had, and what each had already left out.
import { expect, test } from 'vitest'
import { popularityRanks } from './popularity.ts'

test('counts leave out the last two of everyone, ranks what a person had, and a short history is nobody', () => {
  const users = [
    { userId: 'u', items: ['a', 'b', 'c', 'x', 'y'] }, { userId: 'v', items: ['b', 'c', 'd', 'z'] }, { userId: 'w', items: ['b', 'e', 'a'] }, { userId: 'short', items: ['b', 'c'] },
  ]
  // u counts a b c, v counts b c, w counts b
  const ranks = popularityRanks(users)
  expect([...ranks.keys()]).toEqual(['u', 'v', 'w'])
  expect(ranks.get('u')).toEqual({ target: 'y', ranked: [] })
  expect(ranks.get('v')).toEqual({ target: 'z', ranked: ['a'] })
  expect(ranks.get('w')).toEqual({ target: 'a', ranked: ['c', 'a'] })
  expect(popularityRanks(users, 1).get('w')!.ranked).toEqual(['c'])
})

test('ready histories are split already, and are left out', () => {
  expect(popularityRanks([{ userId: 'u', items: ['a', 'b', 'c'], next: { target: 'd' } }]).size).toBe(0)
})
