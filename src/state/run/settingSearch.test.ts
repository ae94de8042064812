// Settings are found by what a person would type.
import { expect, test } from 'vitest'
import { settingsOf } from '../../domain/config.ts'
import { SETTINGS } from '../../domain/settings.ts'
import { findSettings, presetWords, rangeOf, unusedSettings } from './settingSearch.ts'

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

test('what a task does not look at says so, and why', () => {
  const unusedOf = (...[preset, change]: Parameters<typeof settingsOf>) => unusedSettings(settingsOf(preset, change))
  const search = unusedOf('sample')
  for (const name of ['historyLength', 'candidates', 'candidateCount', 'listLength', 'augment', 'rewardStrangers'] as const) expect(search.has(name), name).toBe(true)
  expect([search.get('historyLength'), search.get('listLength')]).toEqual(['task is product-search: it asks about queries', 'task is product-search: the answer is no list'])
  const history = unusedOf('sample-history')
  expect([history.has('historyLength'), history.has('seenItems'), history.get('testDepartments'), history.has('candidates')]).toEqual([false, false, 'task is sequential: it asks about histories', true])
  const rerank = unusedOf('sample-rerank', { candidates: 'random' })
  expect([rerank.has('candidateCount'), rerank.has('listLength'), rerank.get('k1')]).toEqual([false, false, 'task is rerank and candidates is random: no recommender is asked'])
  expect(unusedOf('sample-rerank', { candidates: 'recommender' }).has('k1')).toBe(false)
  expect(unusedOf('sample-rerank', { candidates: 'given' }).get('candidateCount')).toBe('candidates is given')
  expect([unusedOf('sample-profile').has('augment'), unusedOf('sample-names').has('augment')]).toEqual([false, true])
})

test('a column, a depth or a budget counts once a part of the reward that reads it has a weight', () => {
  const of = (change: Parameters<typeof settingsOf>[1]) => unusedSettings(settingsOf('sample', change))
  expect([of({}).get('freshnessColumn'), of({ rewardFreshness: 0.1 }).has('freshnessColumn')]).toEqual(['rewardFreshness is 0', false])
  expect([of({}).has('rewardK'), of({ rewardMrr: 1 }).has('rewardK')]).toEqual([true, false])
  expect([of({}).has('thoughtBudget'), of({ rewardThought: -1 }).has('thoughtBudget'), of({ rewardThought: -1 }).get('rewardThought')]).toEqual([true, false, 'thoughtBudget is 0: no thought is too long'])
  expect([of({}).has('rejectionSamples'), of({ stages: 'sft,grpo', sftFrom: 'rejection' }).has('rejectionSamples')]).toEqual([true, false])
  expect(of({ rewardExpression: 1, expression: 'diversity' }).has('diversityBy')).toBe(false)
})

test('imitation looks at the reward where it keeps what is rewarded or chooses its best by it, a prompted run at no optimiser', () => {
  expect(unusedSettings(settingsOf('sample', { stages: 'sft', sftFrom: 'rejection' })).has('rewardNdcg')).toBe(false)
  expect(unusedSettings(settingsOf('sample', { stages: 'sft', sftFrom: 'labels' })).has('rewardNdcg')).toBe(false)
  expect(unusedSettings(settingsOf('sample', { stages: 'sft', sftFrom: 'labels', validationEvery: 0 })).get('rewardNdcg')).toBe('stages is sft')
  expect(unusedSettings(settingsOf('sample', { stages: 'prompt' })).get('beta1')).toBe('stages is prompt')
})

test('presets of the embedded shop are told by their task', () => {
  expect([presetWords('sample-recllm'), presetWords('rec-r1')]).toEqual(['Reasoned lists on the embedded shop, in minutes', 'the published run'])
})
