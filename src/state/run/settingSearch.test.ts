// Settings are found by what a person would type.
import { expect, test } from 'vitest'
import { settingsOf } from '../../domain/config.ts'
import { SETTINGS } from '../../domain/settings.ts'
import { findSettings, rangeOf, unusedSettings } from './settingSearch.ts'

const names = (words: string, within?: Parameters<typeof findSettings>[1]): string[] => findSettings(words, within).flatMap(({ specs }) => specs.map(({ name }) => name))

test('no words find every setting but the preset, in the table’s order', () => {
  expect(names('')).toEqual(SETTINGS.map(({ name }) => name).filter((name) => name !== 'preset'))
})

test('a name is found as it is written, in pieces, and in any case', () => {
  expect(names('learningRate')).toContain('learningRate')
  expect(names('LEARNING rate')).toEqual(expect.arrayContaining(['learningRate', 'sftLearningRate']))
  expect(names('kl coef')).toContain('klCoefficient')
})

test('explanations, sources, choices and groups are searched too, and every word must be there', () => {
  expect(names('arXiv 2507.18071')).toEqual(['importance'])
  expect(names('elasticsearch')).toContain('httpEngine')
  expect(names('optimiser')).toEqual(expect.arrayContaining(['beta1', 'weightDecay']))
  expect(names('dapo learning')).toEqual([])
})

test('a search keeps to what differs where that is asked for', () => {
  expect(names('', ['seed', 'steps'])).toEqual(['seed', 'steps'])
  expect(names('grpo', ['seed', 'steps'])).toEqual(['steps'])
})

test('a range is said with its unit and a true minus', () => {
  expect(rangeOf(SETTINGS.find(({ name }) => name === 'steps')!)).toBe('1 to 100000 steps')
  expect(rangeOf(SETTINGS.find(({ name }) => name === 'rewardNdcg')!)).toBe('−10 to 10')
  expect(rangeOf(SETTINGS.find(({ name }) => name === 'loraTargets')!)).toBe('all, or a list')
})

test('what decides nothing as the other settings stand says which one would make it count', () => {
  const unused = unusedSettings(settingsOf('sample'))
  expect([unused.get('encoder'), unused.get('sftSteps'), unused.get('loraRank'), unused.get('clipLow'), unused.get('lengthFree')]).toEqual(
    ['recommender is minisearch', 'stages is grpo', 'trainable is full', 'iterations is 1: every ratio is 1', 'rewardLength is 0'])
  for (const name of ['k1', 'learningRate', 'klCoefficient', 'seed', 'policy'] as const) expect(unused.has(name), name).toBe(false)
  const other = unusedSettings(settingsOf('sample', { recommender: 'dense', stages: 'sft,grpo', trainable: 'lora', iterations: 2 }))
  expect([...other.keys()]).toEqual(expect.arrayContaining(['k1', 'httpUrl']))
  for (const name of ['encoder', 'sftSteps', 'loraRank', 'clipLow'] as const) expect(other.has(name), name).toBe(false)
  expect(unusedSettings(settingsOf('sample', { stages: 'sft' })).get('groupSize')).toBe('stages is sft')
})
