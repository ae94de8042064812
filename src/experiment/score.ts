// From rollouts to rewards: parse strictly, rank, measure, weigh.
import { decoupledAdvantages, groupAdvantages, type Advantages } from '../domain/advantage.ts'
import { thoughtOf } from '../domain/outputs.ts'
import type { Ranking, Recommender } from '../domain/recommender.ts'
import type { Request } from '../domain/request.ts'
import { REWARD_WEIGHTS, totalReward, weightedParts, type RewardParts } from '../domain/reward.ts'
import type { Settings } from '../domain/settings.ts'
import type { Reading } from '../domain/tasks/task.ts'
import { distinctShare, queryWords, searchText } from '../domain/words.ts'
import type { Rollout } from '../protocol/policy.ts'
import type { ScoredRollout } from './events.ts'
import type { Rewarding } from './rewarding.ts'
import type { Task } from './tasks.ts'

export interface Scored {
  readonly task: Task
  readonly rollout: Rollout
  readonly request: Request
  readonly words: readonly string[]
  /** what stands before the answer; undefined where nothing does */
  readonly thought: string | undefined
  /** undefined, as the reward is, where the ranking failed: what was never measured is worth nothing, not zero */
  readonly parts: RewardParts | undefined
  readonly reward: number | undefined
  /** why there is no ranking */
  readonly failed?: string
}

/** Rollouts in groups: every task's members together, in the tasks' order. Throws when one is missing or too many. */
export function inGroups(rollouts: readonly Rollout[], tasks: number, groupSize: number): Rollout[] {
  const ordered = rollouts.toSorted((a, b) => a.prompt - b.prompt || a.member - b.member)
  const whole = ordered.length === tasks * groupSize && ordered.every(({ prompt, member }, i) => prompt * groupSize + member === i)
  if (!whole) throw new Error(`generate returned ${rollouts.length} rollouts for ${tasks} prompts; ${groupSize} of each were asked for`)
  return ordered
}

/** What was ranked for one answer: the ids that are measured, or why there are none. */
export interface RankedAnswer {
  readonly ids: readonly string[]
  /** of an answer whose items are names: the product that each was matched to, undefined where it matched none */
  readonly matched?: readonly (string | undefined)[]
  readonly failed?: string
}

/** The ranking of each answer to its task, `k` deep, in the answers' order. Every text is ranked once. */
export async function rankAnswers(
  recommender: Recommender, settings: Settings, answers: readonly { readonly task: Task; readonly reading: Reading | undefined }[], k: number,
): Promise<RankedAnswer[]> {
  const asked = answers.map(({ task, reading }) => (reading === undefined ? [] : task.spec.asks(reading, task.case)))
  // what the person has already may be taken out of the first k
  const deeper = answers.reduce((most, { task: { query: { seen } } }) => Math.max(most, seen?.size ?? 0), 0)
  const rankings = await rankAll(recommender, [...new Set(asked.flat())], settings, k + deeper)
  return answers.map(({ task, reading }, i): RankedAnswer => {
    if (reading === undefined) return { ids: [] }
    const own = asked[i]!.map((text) => rankings.get(text)!)
    const failed = own.find((ranking) => ranking.failed !== undefined)?.failed
    if (failed !== undefined) return { ids: [], failed }
    const ids = task.spec.rank(reading, own, task.case, k)
    // names beyond those that were searched for match nothing
    return task.spec.answers === 'names' ? { ids, matched: (reading.items ?? []).map((name) => rankings.get(name)?.ids[0]) } : { ids }
  })
}

/** What a well-formed output asks for; undefined of any other. */
export function readingOf(request: Request): Reading | undefined {
  if (request.kind !== 'query') return undefined
  return { text: request.query, ...(request.items === undefined ? {} : { items: request.items }) }
}

/** Rewards of rollouts, in their order, which are one batch. Outputs without a query are not ranked; their ranking is empty. A failed ranking gives no reward. */
export async function scoreRollouts(
  recommender: Recommender, settings: Settings, tasks: readonly Task[], rollouts: readonly Rollout[], rewarding: Rewarding,
): Promise<Scored[]> {
  const read = rollouts.map((rollout) => {
    const task = tasks[rollout.prompt]!
    return { task, rollout, request: task.spec.parse(task.asked, rollout.text) }
  })
  const ranked = await rankAnswers(recommender, settings, read.map(({ task, request }) => ({ task, reading: readingOf(request) })), settings.trainK)
  const parts = await rewarding.partsOf(read.map(({ task, request, rollout }, i) => ({ task, request, output: rollout, ranked: ranked[i]! })), settings.trainK)
  return read.map(({ task, rollout, request }, i): Scored => {
    const words = request.kind === 'query' ? queryWords(request.query) : []
    const said = { task, rollout, request, words, thought: thoughtOf(task.prompt.prefill + rollout.text) }
    const { failed } = ranked[i]!
    if (failed !== undefined) return { ...said, parts: undefined, reward: undefined, failed }
    return { ...said, parts: parts[i]!, reward: totalReward(parts[i]!, settings) }
  })
}

/** How much better each rollout did than its group, by the combination that the settings name. */
export function advantagesOf(scored: readonly Scored[], settings: Settings): Advantages {
  const { groupSize, rewardCombination } = settings
  if (rewardCombination === 'sum-then-normalise') return groupAdvantages(scored.map(({ reward }) => reward), groupSize, settings)
  const weighted = weightedParts(settings).map((part) => (
    { weight: settings[REWARD_WEIGHTS[part]], values: scored.map(({ parts }) => (parts === undefined ? undefined : parts[part] ?? 0)) }))
  return decoupledAdvantages(weighted, groupSize, settings)
}

/** Rankings by text; every text is ranked once. */
export async function rankAll(
  recommender: Recommender, texts: readonly string[], { mode }: Settings, k: number,
): Promise<Map<string, Ranking>> {
  if (texts.length === 0) return new Map()
  const rankings = await recommender.rank(texts.map((text) => searchText(text, mode)), k)
  if (rankings.length !== texts.length) {
    throw new Error(`${recommender.name} returned ${rankings.length} rankings for ${texts.length} queries; one for each is needed`)
  }
  return new Map(texts.map((text, i) => [text, rankings[i]!]))
}

/** Mean share of distinct words over the texts that have words; 0 where none has. */
export function meanDistinct(texts: readonly (readonly string[])[]): number {
  const shares = texts.flatMap((words) => distinctShare(words) ?? [])
  return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length
}

export function describeRollout({ task, rollout, request, parts, reward, failed }: Scored, advantage: number): ScoredRollout {
  const { member, text, ids, logps, stop } = rollout
  return {
    queryId: task.query.id, query: task.said, member, text,
    ...(request.kind === 'query' ? { rewrite: request.query, ...(request.items === undefined ? {} : { items: request.items }) } : {}),
    ...(reward === undefined ? {} : { reward }), ...(failed === undefined ? {} : { failed }),
    parts: parts ?? {}, advantage, tokens: ids.length, ids, logps: logps.map((logp) => Math.round(logp * 1e4) / 1e4),
    logp: logps.reduce((sum, logp) => sum + logp, 0), stop,
  }
}
