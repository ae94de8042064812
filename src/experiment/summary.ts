// Steps and runs in numbers.
import { standardDeviation, type Advantages } from '../domain/advantage.ts'
import { mean } from '../domain/metrics.ts'
import { REWARD_PARTS, type RewardPart } from '../domain/reward.ts'
import { thoughtWords } from '../domain/rewards/thought.ts'
import { queryWords } from '../domain/words.ts'
import type { UpdateReport } from '../protocol/policy.ts'
import type { GrpoStep, Summary } from './events.ts'
import { meanDistinct, type Scored } from './score.ts'

type Times = Pick<GrpoStep, 'generateMs' | 'rankMs' | 'updateMs' | 'ms'>

/** One step's event. The reward's spread is over the whole batch (n − 1), as TRL's reward_std. What has no reward is counted, and in no mean. */
export function describeStep(
  step: number, scored: readonly Scored[], zeroSpread: Advantages['zeroSpread'], report: UpdateReport, learningRate: number, times: Times,
): GrpoStep {
  const ranked = scored.flatMap(({ parts, reward }) => (parts === undefined || reward === undefined ? [] : [{ parts, reward }]))
  // a mean of nothing is no zero
  const rewards = ranked.length === 0 ? [Number.NaN] : ranked.map(({ reward }) => reward)
  const meanOf = (part: RewardPart): number => (ranked.length === 0 ? Number.NaN : mean(ranked.flatMap(({ parts }) => parts[part] ?? [])))
  const lacking = scored.length - ranked.length
  const reason = scored.find(({ failed }) => failed !== undefined)?.failed
  const lengths = scored.map(({ rollout }) => rollout.ids.length)
  const groups = new Set(scored.map(({ task }) => task.key)).size
  const written = scored.filter(({ request }) => request.kind === 'query').map(({ words }) => words)
  const cut = scored.filter(({ rollout }) => rollout.stop === 'length').length
  const told = REWARD_PARTS.filter((part) => ranked.length === 0 || ranked[0]!.parts[part] !== undefined)
  const parts = told.map((part) => [part, meanOf(part)] as const)
  const { loss, kl, entropy, clipLow, clipHigh, gradNorm, logpGap, tokens, skipped } = report
  return {
    step, loss, kl, entropy, clipLow, clipHigh, gradNorm, logpGap, tokens, skipped, learningRate,
    reward: { mean: mean(rewards), std: standardDeviation(rewards), min: Math.min(...rewards), max: Math.max(...rewards) },
    failed: { rollouts: lacking, share: lacking / scored.length, ...(reason === undefined ? {} : { reason }) },
    parts: Object.fromEntries(parts),
    ndcg: meanOf('ndcg'),
    format: written.length / scored.length,
    words: mean(written.map((words) => words.length)),
    distinct: meanDistinct(written),
    newWords: newWordShare(scored),
    distinctOutputs: distinctOutputShare(scored),
    ...thoughtsOf(scored),
    completionLength: { mean: mean(lengths), max: Math.max(...lengths), truncated: cut / scored.length },
    zeroSpread: { share: zeroSpread.groups / groups, allGood: zeroSpread.allGood / groups, allBad: zeroSpread.allBad / groups },
    generatedTokens: lengths.reduce((sum, length) => sum + length, 0),
    ...times,
  }
}

/** Mean over rewrites of the share of their distinct words that their query, or the history's prompt, lacks: 0 copies, 1 says it in other words. NaN where nothing was written. */
function newWordShare(scored: readonly Scored[]): number {
  const queries = new Map<number, ReadonlySet<string>>()
  const shares = scored.flatMap(({ task: { key, query, spec, prompt }, words }) => {
    if (words.length === 0) return []
    const said = queries.get(key) ?? new Set(queryWords(spec.over === 'queries' ? query.text : prompt.text))
    queries.set(key, said)
    const distinct = [...new Set(words)]
    return distinct.filter((word) => !said.has(word)).length / distinct.length
  })
  return meanOrNaN(shares)
}

/** Mean over groups of distinct rewrites per well-formed one, compared letter by letter. NaN where no group wrote any. */
function distinctOutputShare(scored: readonly Scored[]): number {
  const groups = new Map<number, string[]>()
  for (const { task: { key }, request } of scored) {
    if (request.kind === 'query') groups.set(key, [...groups.get(key) ?? [], request.query])
  }
  return meanOrNaN([...groups.values()].map((texts) => new Set(texts).size / texts.length))
}

/** Thoughts in numbers, where the prompt asks for any. `distinct` is NaN where no rollout has one. */
function thoughtsOf(scored: readonly Scored[]): Pick<GrpoStep, 'thought'> {
  if (scored[0]?.task.case.settings.thinking !== true) return {}
  const groups = new Map<number, string[]>()
  for (const { task: { key }, thought } of scored) if (thought !== undefined) groups.set(key, [...groups.get(key) ?? [], thought])
  const distinct = meanOrNaN([...groups.values()].map((thoughts) => new Set(thoughts).size / thoughts.length))
  const share = scored.filter(({ thought }) => thought !== undefined).length / scored.length
  return { thought: { words: mean(scored.map(({ thought }) => thoughtWords(thought))), share, distinct } }
}

const meanOrNaN = (values: readonly number[]): number => (values.length === 0 ? Number.NaN : mean(values))

interface Results {
  readonly test: Summary['test']
  readonly gain: Summary['gain']
  readonly paired: Summary['train']['paired']
  readonly best: Summary['best']
}

/** The summary of a run but for its seconds. Windows are the first and the last 20 GRPO steps, all of them where there are fewer. */
export function summarise(history: readonly GrpoStep[], steps: number, { test, gain, paired, best }: Results): Omit<Summary, 'seconds'> {
  const [first, last] = [history.slice(0, 20), history.slice(-20)]
  const reward = (window: readonly GrpoStep[]): number => mean(window.map((step) => step.reward.mean).filter(Number.isFinite))
  const format = (window: readonly GrpoStep[]): number => mean(window.map((step) => step.format))
  return {
    steps, test, gain,
    train: { first20: reward(first), last20: reward(last), format: { first20: format(first), last20: format(last) }, paired },
    maxLogpGap: history.reduce((most, { logpGap }) => Math.max(most, logpGap), 0),
    failed: history.reduce((sum, { failed }) => sum + failed.rollouts, 0),
    best,
  }
}
