// A reward as a sentence, and that no part goes unnamed.
import { expect, test } from 'vitest'
import { settingsOf } from '../config.ts'
import { rewardSentence } from './names.ts'
import { PART_FAMILIES, PART_TERMS } from './terms.ts'
import { REWARD_PARTS } from './weights.ts'

test('a reward is told as the sum that it is', () => {
  const sentence = (changes: Parameters<typeof settingsOf>[1]): string => rewardSentence(settingsOf('rec-r1', changes))
  expect(sentence({})).toBe('NDCG + 0.1 format − 2 malformed')
  expect(sentence({ rewardNdcg: 0, rewardFormat: 0, rewardMalformed: -1, rewardLcs: 0.25 })).toBe('−malformed + 0.25 order (LCS)')
  expect(sentence({ rewardNdcg: 0, rewardFormat: 0, rewardMalformed: 0 })).toBe('nothing: no part has a weight')
})

test('every part is edited in one family, and its term says more than its name', () => {
  expect(PART_FAMILIES.flatMap(({ parts }) => parts).toSorted()).toEqual([...REWARD_PARTS].toSorted())
  for (const part of REWARD_PARTS) expect(PART_TERMS[part].words, part).toMatch(/^.{30,}[.]$/)
})
