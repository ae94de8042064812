// From rollouts to rewards: parse strictly, rank, measure, weigh.
import { thoughtOf } from '../domain/outputs.ts'
import type { Ranking, Recommender } from '../domain/recommender.ts'
import type { Request } from '../domain/request.ts'
import { rewardParts, totalReward, type Outcome, type RewardParts } from '../domain/reward.ts'
import type { Settings } from '../domain/settings.ts'
import type { Reading } from '../domain/tasks/task.ts'
import { distinctShare, queryWords, searchText } from '../domain/words.ts'
import type { Rollout } from '../protocol/policy.ts'
import type { ScoredRollout } from './events.ts'
import type { Task } from './tasks.ts'

export interface Scored {
  readonly task: Task
  readonly rollout: Rollout
  readonly request: Request
  readonly words: readonly string[]
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
export interface Measured {
  readonly ids: readonly string[]
  readonly failed?: string
}

/** The ranking of each answer to its task, `k` deep, in the answers' order. Every text is ranked once. */
export async function rankAnswers(
  recommender: Recommender, settings: Settings, answers: readonly { readonly task: Task; readonly reading: Reading | undefined }[], k: number,
): Promise<Measured[]> {
  const asked = answers.map(({ task, reading }) => (reading === undefined ? [] : task.spec.asks(reading, task.case)))
  const rankings = await rankAll(recommender, [...new Set(asked.flat())], settings, k)
  return answers.map(({ task, reading }, i): Measured => {
    if (reading === undefined) return { ids: [] }
    const own = asked[i]!.map((text) => rankings.get(text)!)
    const failed = own.find((ranking) => ranking.failed !== undefined)?.failed
    return failed === undefined ? { ids: task.spec.rank(reading, own, task.case, k) } : { ids: [], failed }
  })
}

/** What a well-formed output asks for; undefined of any other. */
export function readingOf(request: Request): Reading | undefined {
  if (request.kind !== 'query') return undefined
  return { text: request.query, ...(request.items === undefined ? {} : { items: request.items }) }
}

/** Rewards of rollouts, in their order. Outputs without a query are not ranked; their ranking is empty. A failed ranking gives no reward. */
export async function scoreRollouts(
  recommender: Recommender, settings: Settings, tasks: readonly Task[], rollouts: readonly Rollout[],
): Promise<Scored[]> {
  const requests = rollouts.map(({ prompt, text }) => tasks[prompt]!.spec.parse(tasks[prompt]!.asked, text))
  const ranked = await rankAnswers(recommender, settings, rollouts.map(({ prompt }, i) => ({ task: tasks[prompt]!, reading: readingOf(requests[i]!) })), settings.trainK)
  return rollouts.map((rollout, i) => {
    const task = tasks[rollout.prompt]!
    const request = requests[i]!
    const words = request.kind === 'query' ? queryWords(request.query) : []
    const { ids, failed } = ranked[i]!
    if (failed !== undefined) return { task, rollout, request, words, parts: undefined, reward: undefined, failed }
    const parts = rewardParts(outcomeOf(task, request, rollout, ids, settings.trainK), settings)
    return { task, rollout, request, words, parts, reward: totalReward(parts, settings) }
  })
}

/** An output with what its reward looks at. */
export function outcomeOf(task: Task, request: Request, { text, stop }: Pick<Rollout, 'text' | 'stop'>, ids: readonly string[], k: number): Outcome {
  const { row, facts } = task.case
  return { request, thought: thoughtOf(task.prompt.prefill + text), cut: stop === 'length', ids, k, targets: task.targets, row, facts }
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
  return {
    queryId: task.query.id, query: task.said, member: rollout.member, text: rollout.text,
    ...(request.kind === 'query' ? { rewrite: request.query } : {}),
    ...(reward === undefined ? {} : { reward }), ...(failed === undefined ? {} : { failed }),
    parts: parts ?? {}, advantage, tokens: rollout.ids.length, ids: rollout.ids, logps: rollout.logps.map((logp) => Math.round(logp * 1e4) / 1e4), logp: rollout.logps.reduce((sum, logp) => sum + logp, 0), stop: rollout.stop,
  }
}
