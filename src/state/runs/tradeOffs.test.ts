// Points of trade-offs: which steps they stand for, which way is better, and what lies on the front.
import { describe, expect, test } from 'vitest'
import { settingsOf } from '../../domain/config.ts'
import type { Settings } from '../../domain/settings.ts'
import { emptyRun, type RunState } from '../../experiment/reduce.ts'
import { firstPair, measuresOf, tradeOffs, type Measure, type TradedRun } from './tradeOffs.ts'

type Step = RunState['steps'][number]
type Validation = RunState['validations'][number]

function runOf(name: string, parts: readonly Readonly<Record<string, number>>[], validations: readonly Partial<Validation['metrics']>[] = [], over: Partial<Settings> = {}): TradedRun {
  const state: RunState = {
    ...emptyRun, steps: parts.map((one, at) => ({ step: at + 1, parts: one }) as unknown as Step),
    validations: validations.map((metrics, at) => ({ step: at * 10, metrics }) as unknown as Validation),
  }
  return { id: name, name, state, settings: settingsOf('sample', over) }
}
const more = (key: string): Measure => ({ key, name: key, better: 1 })
const less = (key: string): Measure => ({ key, name: key, better: -1 })

describe('points', () => {
  test('of steps are means of neighbours where there are many, and each step where there are few', () => {
    const few = runOf('a', [{ ndcg: 0.1, diversity: 0.9 }, { ndcg: 0.3, diversity: 0.5 }])
    expect(tradeOffs([few], 'steps', more('ndcg'), more('diversity')).map(({ steps, x, y }) => [steps, x, y])).toEqual([[[1, 1], 0.1, 0.9], [[2, 2], 0.3, 0.5]])
    // 50 steps in points of ceil(50 / 24) = 3: 16 points, the first of 5 steps
    const many = tradeOffs([runOf('a', Array.from({ length: 50 }, (_, at) => ({ ndcg: at, hit: 1 })))], 'steps', more('ndcg'), more('hit'))
    expect(many).toHaveLength(16)
    expect(many[0]).toMatchObject({ steps: [1, 5], x: 2 })
    expect(many.at(-1)).toMatchObject({ steps: [48, 50], x: 48 })
  })

  test('of validations are their metrics, and of runs the last steps with the best checkpoint’s validation', () => {
    const run = runOf('a', [{ ndcg: 0.1 }, { ndcg: 0.2 }], [{ 'ndcg@10': 0.3, words: 4 }, { 'ndcg@10': 0.5, words: 6 }, { 'ndcg@10': 0.4, words: 9 }])
    expect(tradeOffs([run], 'validations', more('ndcg@10'), less('words')).map(({ steps, x, y, onFront }) => [steps[0], x, y, onFront])).toEqual(
      [[0, 0.3, 4, true], [10, 0.5, 6, true], [20, 0.4, 9, false]])
    const best = { ...run, state: { ...run.state, best: { step: 10 } as unknown as RunState['best'] } }
    expect(tradeOffs([best], 'runs', more('validation ndcg@10'), more('ndcg'))).toMatchObject([{ x: 0.5, y: 0.2 }])
    expect(tradeOffs([run], 'runs', more('validation ndcg@10'), more('ndcg'))).toMatchObject([{ x: 0.4, y: 0.2 }])
  })

  test('are left out where either was not measured', () => {
    expect(tradeOffs([runOf('a', [{ ndcg: 0.1 }, { ndcg: 0.2, hit: Number.NaN }, { ndcg: 0.3, hit: 1 }])], 'steps', more('ndcg'), more('hit'))).toHaveLength(1)
    expect(tradeOffs([runOf('a', [])], 'runs', more('ndcg'), more('hit'))).toEqual([])
  })

  test('lie on one front over all runs, better being less where a part is a fault', () => {
    const runs = [runOf('a', [{ ndcg: 0.5, repetition: 0.4 }]), runOf('b', [{ ndcg: 0.5, repetition: 0.1 }]), runOf('c', [{ ndcg: 0.4, repetition: 0.05 }])]
    expect(tradeOffs(runs, 'runs', more('ndcg'), less('repetition')).map(({ run, onFront }) => [run, onFront])).toEqual([[0, false], [1, true], [2, true]])
    expect(measuresOf(runs, 'steps')).toEqual([{ key: 'ndcg', name: 'NDCG', better: 1 }, { key: 'repetition', name: 'repetition', better: -1 }])
  })
})

test('the pair to begin with are the two goals of greatest weight, whatever the format weighs', () => {
  const parts = [{ ndcg: 1, format: 1, malformed: 0, repetition: 0, diversity: 0.5 }]
  const keys = (over: Partial<Settings>): readonly string[] => firstPair([runOf('a', parts, [], over)], 'steps')!.map(({ key }) => key)
  expect(keys({ rewardDiversity: 0.2, rewardExpression: 3 })).toEqual(['ndcg', 'diversity'])
  expect(keys({})).toEqual(['ndcg', 'repetition'])
  expect(firstPair([runOf('a', [])], 'steps')).toBeUndefined()
})
