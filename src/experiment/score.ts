// From rollouts to rewards: parse strictly, rank, measure, weigh.
import { ndcg } from '../domain/metrics.ts'
import type { Ranking, Recommender } from '../domain/recommender.ts'
import { parseTraining, type Request } from '../domain/request.ts'
import { rewardParts, totalReward, type RewardParts } from '../domain/reward.ts'
import type { Settings } from '../domain/settings.ts'
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

const EMPTY: Ranking = { ids: [], scores: [] }

/** Rewards of rollouts, in their order. Outputs without a query are not ranked; their ranking is empty. A failed ranking gives no reward. */
export async function scoreRollouts(
  recommender: Recommender, settings: Settings, tasks: readonly Task[], rollouts: readonly Rollout[],
): Promise<Scored[]> {
  const requests = rollouts.map(({ prompt, text }) => parseTraining(tasks[prompt]!.prompt, text, settings.mode))
  const texts = new Set(requests.flatMap((request) => (request.kind === 'query' ? [request.query] : [])))
  const rankings = await rankAll(recommender, [...texts], settings, settings.trainK)
  return rollouts.map((rollout, i) => {
    const task = tasks[rollout.prompt]!
    const request = requests[i]!
    const words = request.kind === 'query' ? queryWords(request.query) : []
    const { ids, failed } = request.kind === 'query' ? rankings.get(request.query)! : EMPTY
    if (failed !== undefined) return { task, rollout, request, words, parts: undefined, reward: undefined, failed }
    const parts = rewardParts(request, ndcg(ids, task.targets, settings.trainK), rollout.stop === 'length', settings)
    return { task, rollout, request, words, parts, reward: totalReward(parts, settings) }
  })
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
    queryId: task.query.id, query: task.query.text, member: rollout.member, text: rollout.text,
    ...(request.kind === 'query' ? { rewrite: request.query } : {}),
    ...(reward === undefined ? {} : { reward }), ...(failed === undefined ? {} : { failed }),
    parts: parts ?? {}, advantage, tokens: rollout.ids.length, ids: rollout.ids, logps: rollout.logps.map((logp) => Math.round(logp * 1e4) / 1e4), logp: rollout.logps.reduce((sum, logp) => sum + logp, 0), stop: rollout.stop,
  }
}
