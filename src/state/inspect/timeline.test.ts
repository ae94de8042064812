// Checks how a query's answers are laid along training.
import { describe, expect, test } from 'vitest'
import type { Answer, ScoredRollout } from '../../experiment/events.ts'
import { greedyMoment, likeliest, mergeMoments, rewardsOf, sampledMoment, shownAt, spokenBy, type Moment } from './timeline.ts'

const rollout = (queryId: string, member: number, over: Partial<ScoredRollout> = {}): ScoredRollout => ({
  queryId, query: queryId, member, text: `<think></think>${member}`, rewrite: `rewrite ${member}`, reward: member, parts: { ndcg: member / 10 },
  advantage: 0, tokens: 1, logp: -member, ids: [1], logps: [-member], stop: 'token', ...over,
})
const answer = (queryId: string): Answer => ({ queryId, query: queryId, rewrite: 'greedy', text: '<answer>', format: true, metrics: { 'ndcg@10': 0.5, 'ndcg@100': 0.6, 'recall@10': 1 } })
const sampled = (step: number): Moment => sampledMoment({ step, rollouts: [rollout('a', 0), rollout('b', 1)] }, 'a')!
const greedy = (step: number): Moment => greedyMoment({ step, split: 'validation', policy: 'current', answers: [answer('a')] }, 'a')!

describe('moments of a query', () => {
  test('hold its own rollouts alone, and there is none where a step did not sample it', () => {
    const step = { step: 3, rollouts: [rollout('a', 0), rollout('b', 0), rollout('a', 1)] }
    expect(sampledMoment(step, 'a')?.rollouts.map(({ member }) => member)).toEqual([0, 1])
    expect(sampledMoment(step, 'c')).toBeUndefined()
  })

  test('leave out what is no policy’s answer', () => {
    expect(greedyMoment({ step: 0, split: 'test', policy: 'original', answers: [answer('a')] }, 'a')).toBeUndefined()
    expect(greedyMoment({ step: 0, split: 'test', policy: 'before', answers: [answer('b')] }, 'a')).toBeUndefined()
  })

  test('come in the order of steps, the rollouts on the way to a step before the answer after it, each once', () => {
    const merged = mergeMoments([sampled(5), greedy(5), sampled(1)], [sampled(9), sampled(5)])
    expect(merged.map(({ step, kind }) => [step, kind])).toEqual([[1, 'sampled'], [5, 'sampled'], [5, 'greedy'], [9, 'sampled']])
  })

  test('keep both answers of one step that two policies gave', () => {
    const after = greedyMoment({ step: 5, split: 'test', policy: 'after', answers: [answer('a')] }, 'a')!
    expect(mergeMoments([greedy(5)], [after])).toHaveLength(2)
  })
})

describe('at a step', () => {
  const moments = [sampled(4), sampled(8), greedy(8)]

  test('the last moment of that step stands', () => {
    expect(shownAt(moments, 8)).toEqual({ at: 2, exact: true, next: undefined })
  })

  test('where the query was not sampled, the nearest before stands, and the next is named', () => {
    expect(shownAt(moments, 7)).toEqual({ at: 0, exact: false, next: 8 })
  })

  test('before the first there is nothing yet', () => {
    expect(shownAt(moments, 3)).toEqual({ at: undefined, exact: false, next: 4 })
    expect(shownAt([], 3)).toEqual({ at: undefined, exact: false, next: undefined })
  })
})

describe('a group', () => {
  test('speaks by its likeliest completion, unless another is asked for', () => {
    const group = sampledMoment({ step: 1, rollouts: [rollout('a', 2), rollout('a', 1), rollout('a', 3)] }, 'a')!
    expect(likeliest(group.rollouts).member).toBe(1)
    expect(spokenBy(group).rewrite).toBe('rewrite 1')
    expect(spokenBy(group, 3)).toMatchObject({ rewrite: 'rewrite 3', thought: undefined, reward: 3, ndcg: 0.3 })
    expect(spokenBy(sampledMoment({ step: 1, rollouts: [rollout('a', 0, { text: 'name it</think><answer>x</answer>' })] }, 'a')!).thought).toBe('name it')
  })

  test('leaves failed rankings out of what it earned', () => {
    const { reward: _, ...unranked } = rollout('a', 4, { failed: 'the server is down', parts: {} })
    const group = sampledMoment({ step: 1, rollouts: [rollout('a', 1), unranked, rollout('a', 3)] }, 'a')!
    expect(rewardsOf(group)).toEqual({ min: 1, mean: 2, max: 3 })
    expect(rewardsOf({ kind: 'sampled', step: 1, rollouts: [unranked] })).toBeUndefined()
  })
})
