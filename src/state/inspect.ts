// One query looked at closely: as typed, as the starting policy rewrites it and as the current one does, each with its ranking.
import type { PolicyService, PolicyVersion } from '../client/policy.ts'
import { parseBoolean, type ParsedBoolean } from '../domain/boolean.ts'
import type { JudgedQuery } from '../domain/dataset.ts'
import { ndcg, targetsOf } from '../domain/metrics.ts'
import { END_OF_TURN, renderPrompt } from '../domain/prompt.ts'
import type { Recommender } from '../domain/recommender.ts'
import { parseEvaluation, parseTraining } from '../domain/request.ts'
import type { Settings } from '../domain/settings.ts'
import { searchText } from '../domain/words.ts'

/** As deep as NDCG@100 and the ranks of relevant products need. */
export const DEPTH = 100

const UNJUDGED_AT = 10

export interface Column {
  /** the text that was searched for */
  readonly rewrite: string
  /** what the policy wrote before its answer; undefined for the original query */
  readonly thought: string | undefined
  /** the whole completion; undefined for the original query */
  readonly output: string | undefined
  /** why the format is broken, by the rules of training */
  readonly fault: string | undefined
  /** ranked product ids, best first, at most DEPTH */
  readonly ids: readonly string[]
  /** the recommender's own, one per id */
  readonly scores: ArrayLike<number>
  /** undefined when nothing was judged relevant for the query */
  readonly ndcg: number | undefined
  /** of the first ten: how many nobody judged for the query, who count as irrelevant; undefined where nothing was judged */
  readonly unjudged: { readonly count: number; readonly of: number } | undefined
  /** how a Boolean query was read; undefined where queries are bags of words */
  readonly boolean: ParsedBoolean | undefined
  /** why there is no ranking: a server that failed */
  readonly unranked: string | undefined
}

export type ColumnName = 'original' | 'before' | 'current'

export interface Inspection {
  readonly query: string
  /** the judged query of the same words, if there is one */
  readonly judged: JudgedQuery | undefined
  readonly columns: Readonly<Partial<Record<ColumnName, Column>>>
}

interface Sources {
  readonly recommender: Recommender
  readonly settings: Settings
  /** undefined while there is no engine */
  readonly policy: PolicyService | undefined
}

type Ranked = Pick<Column, 'ids' | 'scores' | 'ndcg' | 'unjudged' | 'boolean' | 'unranked'>
type Asked = Pick<Inspection, 'query' | 'judged'>

async function rankOne({ recommender, settings }: Sources, { judged }: Asked, rewrite: string): Promise<Ranked> {
  const searched = searchText(rewrite, settings.mode)
  const [ranking] = await recommender.rank([searched], DEPTH)
  const boolean = settings.queryMode === 'boolean' ? parseBoolean(searched) : undefined
  if (ranking === undefined || ranking.failed !== undefined) {
    return { ids: [], scores: [], ndcg: undefined, unjudged: undefined, boolean, unranked: ranking?.failed ?? 'no answer' }
  }
  const { ids, scores } = ranking
  const targets = targetsOf(judged?.judgements ?? [], settings)
  const known = new Set(judged?.judgements.map(({ productId }) => productId))
  const shown = ids.slice(0, UNJUDGED_AT)
  return {
    ids, scores, boolean, unranked: undefined,
    ndcg: targets.gain.size === 0 ? undefined : ndcg(ids, targets, DEPTH),
    unjudged: judged === undefined ? undefined : { count: shown.filter((id) => !known.has(id)).length, of: shown.length },
  }
}

async function ask(sources: Sources, asked: Asked, policy: PolicyService, version: PolicyVersion): Promise<Column> {
  const { settings } = sources
  const prompt = renderPrompt(asked.query, settings)
  const sampling = { temperature: 0, topK: 0, topP: 1, maxNewTokens: settings.maxNewTokens, stop: [END_OF_TURN] }
  const [rollout] = await policy.generate({ prompts: [{ key: 0, text: prompt.text }], groupSize: 1, sampling, seed: settings.seed, step: 0, version })
  const output = rollout?.text ?? ''
  const parsed = parseTraining(prompt, output, settings.mode)
  const rewrite = parseEvaluation(prompt, output)
  const end = output.indexOf('</think>')
  const thought = settings.thinking && end >= 0 ? output.slice(0, end).trim() : undefined
  return { rewrite, thought, output, fault: parsed.kind === 'query' ? undefined : parsed.reason, ...(await rankOne(sources, asked, rewrite)) }
}

/** Inspects column by column; each inspection yielded holds one more. Greedy, so nothing of it depends on chance. */
export async function* inspect(sources: Sources, asked: Asked): AsyncGenerator<Inspection> {
  const unchanged = { rewrite: asked.query, thought: undefined, output: undefined, fault: undefined }
  const original: Column = { ...unchanged, ...(await rankOne(sources, asked, asked.query)) }
  let inspection: Inspection = { ...asked, columns: { original } }
  yield inspection
  const { policy } = sources
  if (policy === undefined) return
  for (const [name, version] of [['before', 'reference'], ['current', 'current']] as const) {
    const column = await ask(sources, asked, policy, version)
    inspection = { ...inspection, columns: { ...inspection.columns, [name]: column } }
    yield inspection
  }
}
