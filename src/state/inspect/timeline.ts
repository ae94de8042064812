// How a policy's answers to one query came one after another through training: rollouts of its steps, and greedy answers of its evaluations.
import { thoughtOf } from '../../domain/outputs.ts'
import type { Answer, AnswersEvent, ScoredRollout } from '../../experiment/events.ts'

interface At {
  /** optimiser steps: rollouts are drawn on the way to it, greedy answers are given after it */
  readonly step: number
}

/** A rollout without its tokens: ten thousand steps of a query stay small. */
export type SpokenRollout = Omit<ScoredRollout, 'ids' | 'logps'>

/** The query's group at one step. */
export interface SampledMoment extends At {
  readonly kind: 'sampled'
  readonly rollouts: readonly SpokenRollout[]
}

/** The greedy answer of one evaluation. */
export interface GreedyMoment extends At {
  readonly kind: 'greedy'
  readonly answer: Answer
  readonly split: AnswersEvent['split']
  readonly policy: AnswersEvent['policy']
}

export type Moment = SampledMoment | GreedyMoment

/** The rollouts of this query; undefined where the step did not sample it. */
export function sampledMoment({ step, rollouts }: { readonly step: number; readonly rollouts: readonly ScoredRollout[] }, queryId: string): SampledMoment | undefined {
  const own = rollouts.filter((rollout) => rollout.queryId === queryId).map((rollout): SpokenRollout => {
    const { ids: _ids, logps: _logps, ...spoken } = rollout
    return spoken
  })
  return own.length === 0 ? undefined : { kind: 'sampled', step, rollouts: own }
}

/** The answer to this query; undefined where the evaluation did not ask it, or asked no policy. */
export function greedyMoment({ step, split, policy, stage, answers }: Omit<AnswersEvent, 'type'>, queryId: string): GreedyMoment | undefined {
  // steps of a stage before the last are counted apart, and would stand among those of the last
  if (policy === 'original' || stage !== undefined) return undefined
  const answer = answers.find((one) => one.queryId === queryId)
  return answer === undefined ? undefined : { kind: 'greedy', step, answer, split, policy }
}

const KINDS = ['sampled', 'greedy'] as const
const keyOf = (moment: Moment): string => `${moment.step} ${moment.kind}${moment.kind === 'greedy' ? ` ${moment.policy}` : ''}`
const inOrder = (a: Moment, b: Moment): number => a.step - b.step || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind)

/** All moments in order, each once: of two for the same step the one of `later` stands. */
export function mergeMoments(earlier: readonly Moment[], later: readonly Moment[]): readonly Moment[] {
  if (later.length === 0) return earlier
  const [last, next] = [earlier.at(-1), later[0]]
  // a run goes on step by step
  if (later.length === 1 && next !== undefined && (last === undefined || inOrder(last, next) < 0)) return [...earlier, next]
  return [...new Map([...earlier, ...later].map((moment) => [keyOf(moment), moment])).values()].sort(inOrder)
}

/** What stands at `step`: the last moment at or before it. */
export interface Shown {
  /** place in the moments; undefined before the first */
  readonly at: number | undefined
  /** whether the query was answered at this very step */
  readonly exact: boolean
  /** the next step at which it was answered */
  readonly next: number | undefined
}

/** `moments` in order; a search by halves, so that ten thousand of them cost nothing. */
export function shownAt(moments: readonly Moment[], step: number): Shown {
  let [low, high] = [0, moments.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (moments[middle]!.step <= step) low = middle + 1
    else high = middle
  }
  const at = low === 0 ? undefined : low - 1
  return { at, exact: at !== undefined && moments[at]!.step === step, next: moments[low]?.step }
}

/** Of a group, the completion that was the likeliest to be drawn: the nearest to what the policy would answer greedily. */
export function likeliest<Rollout extends Pick<ScoredRollout, 'logp'>>(rollouts: readonly Rollout[]): Rollout {
  return rollouts.reduce((best, rollout) => (rollout.logp > best.logp ? rollout : best))
}

/** What a moment says: the text that was searched for, and what that was worth. */
export interface Spoken {
  /** undefined where the format was broken */
  readonly rewrite: string | undefined
  /** the single items, where the task asks for a list */
  readonly items: readonly string[] | undefined
  readonly text: string
  /** what was written before the answer */
  readonly thought: string | undefined
  readonly reward: number | undefined
  /** at the training K for rollouts, NDCG@10 for greedy answers */
  readonly ndcg: number | undefined
  readonly failed: string | undefined
}

export function spokenBy(moment: Moment, member?: number): Spoken {
  if (moment.kind === 'greedy') {
    const { rewrite, items, text = rewrite, metrics, failed } = moment.answer
    return { rewrite, items, text, thought: thoughtOf(text), reward: undefined, ndcg: metrics?.['ndcg@10'], failed }
  }
  const rollout = moment.rollouts.find((one) => one.member === member) ?? likeliest(moment.rollouts)
  return { rewrite: rollout.rewrite, items: rollout.items, text: rollout.text, thought: thoughtOf(rollout.text), reward: rollout.reward, ndcg: rollout.parts['ndcg'], failed: rollout.failed }
}

/** What a group earned: least, mean and most, of the rollouts that earned anything. */
export function rewardsOf({ rollouts }: SampledMoment): { readonly min: number; readonly mean: number; readonly max: number } | undefined {
  const rewards = rollouts.flatMap(({ reward }) => reward ?? [])
  if (rewards.length === 0) return undefined
  return { min: Math.min(...rewards), mean: rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length, max: Math.max(...rewards) }
}
