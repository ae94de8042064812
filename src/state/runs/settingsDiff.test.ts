// Checks settings side by side: grouped as their table has them, what differs alone, and what a run changed against its preset.
import { expect, test } from 'vitest'
import type { RunRecord } from '../../client/runs.ts'
import { settingsOf, settingsRecord } from '../../domain/config.ts'
import type { Settings } from '../../domain/settings.ts'
import { againstPreset, compareSettings, diffMarkdown, onlyDifferences, valueText } from './settingsDiff.ts'

const run = (changes: Partial<Settings>, environment: RunRecord['environment'] = {}): Pick<RunRecord, 'settings' | 'environment' | 'dataset' | 'recommender'> => ({
  settings: settingsRecord(settingsOf('sample', changes)), environment: { seed: '1', ...environment }, dataset: { name: 'shop', hash: 'aa' }, recommender: 'bm25',
})

test('only what differs is left, in the groups of the settings’ table, the machine after them', () => {
  const groups = onlyDifferences(compareSettings([run({ learningRate: 0.002, groupSize: 4 }, { browser: 'A' }), run({ groupSize: 8 }, { browser: 'B' })]))
  expect(groups.map(({ group, rows }) => `${group}: ${rows.map(({ name, values }) => `${name} ${values.join(' ')}`).join(', ')}`)).toEqual([
    'run: groupSize 4 8', 'optimiser: learningRate 0.002 0.0008', 'environment: browser A B',
  ])
})

test('everything is there when it is asked for, the seed once, among the settings', () => {
  const rows = compareSettings([run({})]).flatMap((group) => group.rows.map(({ name }) => name))
  expect(rows.filter((name) => name === 'seed')).toEqual(['seed'])
  expect(rows).toEqual(expect.arrayContaining(['preset', 'sftFullText', 'data', 'data hash']))
})

test('a setting that only one record knows is shown with a dash for the other', () => {
  const older = { ...run({}), settings: { preset: 'sample', forgotten: 3 } }
  const rows = onlyDifferences(compareSettings([run({}), older])).flatMap((group) => group.rows)
  expect(rows.find(({ name }) => name === 'forgotten')?.values).toEqual([undefined, 3])
  expect(rows.find(({ name }) => name === 'steps')?.values.map((value) => valueText(value, 'steps'))).toEqual(['120 steps', '–'])
})

test('a run’s changes against its preset stand beside the preset’s values', () => {
  expect(againstPreset(run({ steps: 6, thinking: false }).settings).map(({ name, values: [value], preset }) => [name, value, preset])).toEqual([
    ['steps', 6, 120], ['thinking', false, true],
  ])
  expect(againstPreset({ preset: 'of another version', steps: 6 }).map(({ name, preset }) => [name, preset])).toEqual([['preset', undefined], ['steps', undefined]])
})

test('values carry their unit, and a name cannot break the Markdown table', () => {
  const groups = onlyDifferences(compareSettings([run({ steps: 6 }), run({ steps: 7 })]))
  expect(diffMarkdown(['a|b', 'c'], groups)).toBe('|  | a\\|b | c |\n| --- | --- | --- |\n| run |  |  |\n| steps | 6 steps | 7 steps |\n')
})
