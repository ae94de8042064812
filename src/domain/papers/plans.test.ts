// The runs that experiments plan: keys are their own, runs are shared, and seeds are read as people write them.
import { describe, expect, test } from 'vitest'
import { settingsOf } from '../config.ts'
import { seedsOf } from './choices.ts'
import { DEFAULT_CHOICES, type PaperFacts } from './experiment.ts'
import { experimentNamed, EXPERIMENTS } from './experiments.ts'

const FACTS: PaperFacts = {
  data: { name: 'shop', hash: '#1' }, departments: ['Baby', 'Games', 'Office', 'Sports', 'Toys'].map((name, at) => ({ name, train: 9, test: 9 - at })), histories: 3, testRows: 9, start: new Map(),
}

describe('every experiment', () => {
  test.each(EXPERIMENTS.map((experiment) => [experiment.name, experiment] as const))('%s plans runs under keys of their own, each with every setting right', (_, experiment) => {
    const base = experiment.on?.(settingsOf('sample')) ?? settingsOf('sample')
    const plan = experiment.plan(base, { ...DEFAULT_CHOICES, seeds: [1, 2] }, FACTS)
    expect(plan.length).toBeGreaterThan(0)
    expect(new Set(plan.map(({ key }) => key)).size).toBe(plan.length)
    for (const { settings, seed } of plan) {
      expect(settings.seed).toBe(seed)
      expect(settingsOf(settings.preset, settings)).toEqual(settings)
    }
  })
})

test('the cost figure and the cold-start table need no run that SFT and RL does not have', () => {
  const base = settingsOf('sample')
  const runs = (name: string): string[] => experimentNamed(name).plan(base, DEFAULT_CHOICES, FACTS).map(({ settings }) => JSON.stringify(settings))
  const all = new Set(runs('sft-and-rl'))
  for (const name of ['quality-and-cost', 'cold-start']) expect(runs(name).every((run) => all.has(run))).toBe(true)
})

test('the four departments with the most test rows are held out, one at a time', () => {
  const plan = experimentNamed('cross-domain').plan(settingsOf('sample'), DEFAULT_CHOICES, FACTS)
  expect(plan.map(({ settings: { testDepartments } }) => testDepartments)).toEqual(['', 'Baby', 'Games', 'Office', 'Sports'])
})

test('what data lacks is said with the remedy', () => {
  const base = settingsOf('sample')
  expect(experimentNamed('cross-domain').fault?.(base, { ...FACTS, departments: [] })).toMatch(/names 0 departments .* add data whose products have a category/)
  expect(experimentNamed('recllm-table-1').fault?.(base, { ...FACTS, histories: 0 })).toMatch(/holds no histories; add interactions/)
  expect(experimentNamed('quality-and-cost').fault?.({ ...base, validationEvery: 0 }, FACTS)).toMatch(/validationEvery is 0/)
  expect(() => experimentNamed('table-9')).toThrow(/experiment "table-9" is unknown; give one of sft-and-rl, /)
})

test('seeds are single numbers, ranges, or both, each once', () => {
  expect(seedsOf('1, 2,3')).toEqual([1, 2, 3])
  expect(seedsOf('1-3,2, 9')).toEqual([1, 2, 3, 9])
  for (const wrong of ['', 'one', '3-1', '1-99', '1.5', '-1']) expect(() => seedsOf(wrong)).toThrow(/give whole numbers with commas/)
})
