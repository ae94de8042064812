// Rewards: exactly the released ones under the released weights, and the parts that damp what they invite.
import { describe, expect, it } from 'vitest'
import { settingsOf } from './config.ts'
import { targetsOfGains } from './metrics.ts'
import { thoughtOf } from './outputs.ts'
import type { Request } from './request.ts'
import { columnsRead, factsNeeded, rewardParts, totalReward, type Outcome } from './reward.ts'
import { productSearch } from './tasks/productSearch.ts'
import { NO_FACTS, type Row } from './tasks/task.ts'

const query = (text: string): Request => ({ kind: 'query', query: text })
const sample = settingsOf('sample')
const row: Row = { id: 'q', text: 'mug', split: 'train', judgements: [] }

/** A weight on every part but the expression. */
const everyPart = {
  rewardRecall: 1, rewardMrr: 1, rewardHit: 1, rewardLcs: 1, rewardDuplicates: -1, rewardStrangers: -1, rewardWrongLength: -1, rewardThought: -1, thoughtBudget: 10,
  rewardDiversity: 1, rewardNovelty: 1, rewardCoverage: 1, rewardFreshness: 1, rewardBusiness: 1, rewardLength: -1, rewardOverlong: -1,
} as const

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

  const megabyte = 2 ** 20
  it.each([
    ['words', 'lamp '.repeat(megabyte / 5)], ['one word', 'x'.repeat(megabyte)], ['opening tags', '<think>'.repeat(megabyte / 7)], ['closing tags', '</answer>'.repeat(megabyte / 9)],
    ['a query of words', `</think><answer>{"query": "${'lamp mug '.repeat(megabyte / 9)}"}</answer>`],
    ['a thought of words', `${'so '.repeat(megabyte / 3)}</think><answer>{"query": "mug"}</answer>`],
    ['nested lists', `</think><answer>${'['.repeat(megabyte)}</answer>`], ['nested objects', `</think><answer>${'{"query":'.repeat(megabyte / 9)}1</answer>`],
    ['an unclosed answer', `</think><answer>{"query": "${'mug '.repeat(megabyte / 4)}`], ['ideographs', '木机灯'.repeat(megabyte / 9)], ['half characters', '\ud83d'.repeat(megabyte / 3)],
    ['marks upon marks', `e${'\u0301'.repeat(megabyte / 2)}`], ['joined pictures', '👩‍👩‍👧'.repeat(megabyte / 24)], ['nothing', ''], ['zeros', '\0'.repeat(megabyte)],
  ])('of a megabyte of %s is a finite number within seconds', (_, text) => {
    const settings = settingsOf('sample', { ...everyPart, rewardExpression: 1, expression: 'ndcg / repetition ^ 9' })
    const prompt = productSearch.prompt({ row, facts: NO_FACTS, settings })
    const start = performance.now()
    const request = productSearch.parse({ row, facts: NO_FACTS, settings, prompt }, text)
    const parts = rewardParts({ ...outcome(request, 3), thought: thoughtOf(prompt.prefill + text) }, settings)
    expect(Number.isFinite(totalReward(parts, settings))).toBe(true)
    expect(Object.values(parts).every(Number.isFinite)).toBe(true)
    expect(performance.now() - start).toBeLessThan(3000)
  })

  it('of a list of a megabyte is a finite number within seconds', () => {
    const items = Array.from({ length: 200_000 }, (_, i) => `item ${i % 7}`)
    const start = performance.now()
    const list = { ...outcome({ kind: 'query', query: items.join(' '), items }, 3), row: { ...row, candidates: items.slice(0, 5), sequence: items.slice(0, 10) } }
    const parts = rewardParts(list, settingsOf('sample', everyPart))
    expect(parts).toMatchObject({ duplicates: 1 - 7 / 200_000, wrongLength: 1 })
    expect(Object.values(parts).every(Number.isFinite)).toBe(true)
    expect(performance.now() - start).toBeLessThan(3000)
  })

  it('says how many products and which columns it reads, and reads none where nothing asks for them', () => {
    expect([factsNeeded(sample), columnsRead(sample)]).toEqual([0, []])
    expect(factsNeeded({ ...sample, rewardDiversity: 0.1, rewardK: 7 })).toBe(7)
    expect(factsNeeded({ ...sample, rewardStrangers: -1, listLength: 4 })).toBe(4)
    const named = { ...sample, rewardExpression: 1, expression: 'business * freshness', rewardK: 3 }
    expect([factsNeeded(named), columnsRead(named)]).toEqual([3, ['released', 'margin']])
    expect(factsNeeded({ ...named, rewardExpression: 0 })).toBe(0)
  })
})
