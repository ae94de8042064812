// Checks the word diff against what a reader would mark by hand.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wordDiff } from './wordDiff.ts'

const MARKS = { 'kept': '', 'moved': '~', 'added': '+', 'left out': '-' } as const
const marked = (from: string, to: string): string => wordDiff(from, to).map(({ word, change }) => `${MARKS[change]}${word}`).join(' ')

test('a changed word is left out first and added after', () => {
  expect(marked('cheap ps4 gamepad', 'playstation controller ps4')).toBe('-cheap +playstation +controller ps4 -gamepad')
})

test('case and outer punctuation are no change, and the new spelling is shown', () => {
  expect(marked('usb-c, hub', 'USB-C hub')).toBe('USB-C hub')
})

test('a repeated word is kept once and added once', () => {
  expect(marked('red mug', 'red mug mug')).toMatch(/^red (mug \+mug|\+mug mug)$/)
})

test('an empty rewrite leaves every word out, an empty query adds every word', () => {
  expect(marked('two words', '')).toBe('-two -words')
  expect(marked('', 'two words')).toBe('+two +words')
})

test('a word that only moved is no change, and stands where the rewrite has it', () => {
  expect(marked('for kids red boots', 'red boots for kids')).toBe('red boots ~for ~kids')
})

test('of a word that stood once and now twice, one is new', () => {
  expect(marked('mug red', 'red mug mug')).toBe('red ~mug +mug')
})

const sorted = (words: readonly { readonly word: string }[]): string[] => words.map(({ word }) => word).toSorted()

test('whatever the texts, what is not left out is the rewrite, what is not added is the words of the query, and no word is both', () => {
  const texts = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 8 }).map((words) => words.join(' '))
  fc.assert(fc.property(texts, texts, (from, to) => {
    const diff = wordDiff(from, to)
    expect(diff.filter(({ change }) => change !== 'left out').map(({ word }) => word).join(' ')).toBe(to)
    expect(sorted(diff.filter(({ change }) => change !== 'added'))).toEqual(from.split(' ').filter((word) => word !== '').toSorted())
    const added = new Set(diff.filter(({ change }) => change === 'added').map(({ word }) => word))
    expect(diff.filter(({ word, change }) => change === 'left out' && added.has(word))).toEqual([])
  }))
})
