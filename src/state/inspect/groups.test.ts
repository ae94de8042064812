// Checks how rollouts are gathered in groups, and that a reward is shown as the sum that it is.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { settingsOf } from '../../domain/config.ts'
import { targetsOfGains } from '../../domain/metrics.ts'
import { REWARD_PARTS, REWARD_WEIGHTS, rewardParts, totalReward, type Outcome } from '../../domain/reward.ts'
import { NO_FACTS } from '../../domain/tasks/task.ts'
import type { ScoredRollout } from '../../experiment/events.ts'
import { groupsOf, sumOf } from './groups.ts'

const rollout = (queryId: string, member: number, reward: number | undefined): ScoredRollout => ({
  queryId, query: `query ${queryId}`, member, text: '', parts: {}, advantage: 0, tokens: 1, logp: 0, ids: [], logps: [], stop: 'token',
  ...(reward === undefined ? { failed: 'the server is down' } : { reward }),
})

/** An output whose ranking holds the one relevant product at `rank`. */
const outcome = (query: string, rank: number, cut = false): Outcome => ({
  request: { kind: 'query', query }, thought: undefined, cut, k: 10, facts: NO_FACTS, targets: targetsOfGains([['relevant', 1]]),
  ids: Array.from({ length: 10 }, (_, i) => (i + 1 === rank ? 'relevant' : `other${i}`)),
  row: { id: 'q', text: query, split: 'train', judgements: [] },
})

const group = (...rewards: (number | undefined)[]) => groupsOf(rewards.map((reward, member) => rollout('a', member, reward)))[0]!

describe('groups', () => {
  test('are told apart by what training makes of them', () => {
    expect(group(0, 1).kind).toBe('spread')
    expect(group(0.5, 0.5).kind).toBe('good')
    expect(group(0, 0).kind).toBe('bad')
    expect(group(-2, -2).kind).toBe('bad')
    expect(group(1, undefined, undefined).kind).toBe('failed')
  })

  test('leave failed rankings out of their mean and spread, and count them', () => {
    expect(group(0, undefined, 1)).toMatchObject({ kind: 'spread', failed: 1, mean: 0.5, min: 0, max: 1 })
  })

  test('keep the step’s order of queries, and each its members in theirs', () => {
    const groups = groupsOf([rollout('b', 1, 0), rollout('a', 0, 0), rollout('b', 0, 0)])
    expect(groups.map(({ queryId, rollouts }) => [queryId, rollouts.map(({ member }) => member)])).toEqual([['b', [0, 1]], ['a', [0]]])
  })
})

describe('a reward', () => {
  test('is the sum of its weighted parts, whatever they are', () => {
    const settings = { ...settingsOf('sample'), rewardRepetition: -0.3, rewardLength: -0.05, rewardMrr: 0.2, rewardExpression: 0.5, expression: 'ndcg * (1 - repetition)' }
    fc.assert(fc.property(fc.integer({ min: 0, max: 10 }), fc.boolean(), fc.lorem(), (rank, cut, query) => {
      const parts = rewardParts(outcome(query, rank, cut), settings)
      const sum = sumOf({ reward: totalReward(parts, settings), parts }, settings)!
      expect(sum.adds).toBe(true)
      expect(sum.addends.reduce((total, { product }) => total + product, 0)).toBeCloseTo(totalReward(parts, settings), 9)
    }))
  })

  test('shows every one of twenty parts, in their order, and what an expression only names does not count twice', () => {
    const every = Object.fromEntries(Object.values(REWARD_WEIGHTS).map((name, at) => [name, at % 2 === 0 ? 0.1 : -0.2]))
    const settings = { ...settingsOf('sample', every), expression: 'ndcg * mrr' }
    const parts = rewardParts(outcome('mug', 3), settings)
    const sum = sumOf({ reward: totalReward(parts, settings), parts }, settings)!
    expect(sum.addends.map(({ part }) => part)).toEqual(REWARD_PARTS)
    expect(sum.adds).toBe(true)
    // NDCG 1 / log2 4 and MRR 1 / 3
    expect(sum.addends.at(-1)).toMatchObject({ name: 'expression', value: expect.closeTo(1 / 6, 12) as number })
    expect(sumOf({ reward: 0, parts: { ...parts, mrr: 1 } }, { ...settings, rewardMrr: 0 })!.addends.map(({ part }) => part)).not.toContain('mrr')
  })

  test('says so where other weights made it', () => {
    const settings = settingsOf('sample')
    const parts = rewardParts(outcome('mug', 3), settings)
    expect(sumOf({ reward: totalReward(parts, settings), parts }, { ...settings, rewardNdcg: 2 })!.adds).toBe(false)
  })

  test('leaves out parts that weigh nothing, and is none where the ranking failed', () => {
    const settings = { ...settingsOf('sample'), rewardLength: 0 }
    const parts = rewardParts(outcome('mug', 3), settings)
    expect(sumOf({ reward: 1, parts }, settings)!.addends.map(({ part }) => part)).not.toContain('length')
    expect(sumOf({ parts }, settings)).toBeUndefined()
  })
})
