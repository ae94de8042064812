// Rewards: exactly the released ones under the released weights, and the parts that damp what they invite.
import { describe, expect, it } from 'vitest'
import { settingsOf } from './config.ts'
import type { Request } from './request.ts'
import { rewardParts, totalReward } from './reward.ts'

const query = (text: string): Request => ({ kind: 'query', query: text })
const sample = settingsOf('sample')

describe('a reward', () => {
  it.each(['rec-r1', 'rec-r1-as-released'] as const)('under %s is exactly −2, 0 or 0.1 + NDCG', (preset) => {
    const settings = settingsOf(preset)
    const reward = (request: Request, ndcg: number, cut = false) => totalReward(rewardParts(request, ndcg, cut, settings), settings)
    expect(reward({ kind: 'malformed', reason: '' }, 0)).toBe(-2)
    expect(reward({ kind: 'malformed', reason: '' }, 0, true)).toBe(-2)
    expect(reward({ kind: 'unusable', reason: '' }, 0)).toBe(0)
    expect(reward(query('pad pad pad'), 0)).toBe(0)
    expect(reward(query('pad'), 1)).toBe(1.1)
    expect(reward(query(''), 1)).toBe(1.1)
    expect(reward(query('pad pad pad pad'), 0.115593)).toBe(0.1 + 0.115593)
  })

  it('falls with the share of repeated words under the sample preset', () => {
    const reward = (text: string) => totalReward(rewardParts(query(text), 0.5, false, sample), sample)
    expect(reward('red mug')).toBeCloseTo(0.6, 12)
    expect(reward('red red mug mug')).toBeCloseTo(0.6 + sample.rewardRepetition / 2, 12)
    expect(reward('red Red, (mug) NOT mug')).toBe(reward('red red mug mug'))
  })

  it('names its parts, each between 0 and 1', () => {
    const parts = rewardParts(query('a b c a b c'), 0.25, true, { lengthFree: 4 })
    expect(parts).toEqual({ ndcg: 0.25, format: 1, malformed: 0, repetition: 0.5, length: 0.5, overlong: 1 })
    expect(rewardParts(query('w '.repeat(500)), 0, false, { lengthFree: 4 })).toMatchObject({ length: 1, repetition: 1 - 1 / 500 })
    expect(rewardParts({ kind: 'unusable', reason: '' }, 0.7, false, { lengthFree: 4 })).toMatchObject({ ndcg: 0, format: 0, malformed: 0 })
  })
})
