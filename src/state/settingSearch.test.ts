// Settings are found by what a person would type.
import { expect, test } from 'vitest'
import { SETTINGS } from '../domain/settings.ts'
import { findSettings, rangeOf } from './settingSearch.ts'

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
