// Rewards: exactly the released ones under the released weights, and the parts that damp what they invite.
import { describe, expect, it } from 'vitest'
import { settingsOf } from './config.ts'
import { targetsOfGains } from './metrics.ts'
import type { Request } from './request.ts'
import { rewardParts, totalReward, type Outcome } from './reward.ts'
import { NO_FACTS, type Row } from './tasks/task.ts'

const query = (text: string): Request => ({ kind: 'query', query: text })
const sample = settingsOf('sample')
const row: Row = { id: 'q', text: 'mug', split: 'train', judgements: [] }

/** An output whose ranking holds the one relevant product at `rank`; 0 is nowhere. Its NDCG is 1 / log2(rank + 1). */
function outcome(request: Request, rank: number, cut = false): Outcome {
  const ids = Array.from({ length: 10 }, (_, i) => (i + 1 === rank ? 'relevant' : `other${i}`))
  return { request, thought: undefined, cut, ids, k: 10, targets: targetsOfGains([['relevant', 1]]), row, facts: NO_FACTS }
}

describe('a reward', () => {
  it.each(['rec-r1', 'rec-r1-as-released'] as const)('under %s is exactly −2, 0 or 0.1 + NDCG', (preset) => {
    const settings = settingsOf(preset)
    const reward = (request: Request, rank: number, cut = false) => totalReward(rewardParts(outcome(request, rank, cut), settings), settings)
    expect(reward({ kind: 'malformed', reason: '' }, 0)).toBe(-2)
    expect(reward({ kind: 'malformed', reason: '' }, 1, true)).toBe(-2)
    expect(reward({ kind: 'unusable', reason: '' }, 0)).toBe(0)
    expect(reward(query('pad pad pad'), 0)).toBe(0)
    expect(reward(query('pad'), 1)).toBe(1.1)
    expect(reward(query(''), 1)).toBe(1.1)
    expect(reward(query('pad pad pad pad'), 3)).toBe(0.1 + 0.5)
    expect(reward(query('pad'), 7)).toBe(0.1 + 1 / 3)
  })

  it('falls with the share of repeated words under the sample preset', () => {
    const reward = (text: string) => totalReward(rewardParts(outcome(query(text), 3), sample), sample)
    expect(reward('red mug')).toBeCloseTo(0.6, 12)
    expect(reward('red red mug mug')).toBeCloseTo(0.6 + sample.rewardRepetition / 2, 12)
    expect(reward('red Red, (mug) NOT mug')).toBe(reward('red red mug mug'))
  })

  it('always tells the released parts and their dampers, and others only where they count', () => {
    const four = { ...sample, lengthFree: 4 }
    expect(rewardParts(outcome(query('a b c a b c'), 3, true), four)).toEqual({ ndcg: 0.5, format: 1, malformed: 0, repetition: 0.5, length: 0.5, overlong: 1 })
    expect(rewardParts(outcome(query('w '.repeat(500)), 0), four)).toMatchObject({ length: 1, repetition: 1 - 1 / 500 })
    expect(rewardParts(outcome({ kind: 'unusable', reason: '' }, 1), four)).toMatchObject({ ndcg: 0, format: 0, malformed: 0 })
    expect(Object.keys(rewardParts(outcome(query('a'), 3), { ...sample, rewardHit: 1, rewardExpression: 1, expression: 'mrr' }))).toEqual(
      ['ndcg', 'format', 'malformed', 'repetition', 'length', 'overlong', 'mrr', 'hit', 'expression'])
  })
})
