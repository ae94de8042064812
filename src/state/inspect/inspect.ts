// One query asked in one way: what was written, what that finds, and how good it is.
import type { PolicyService, PolicyVersion } from '../../client/policy.ts'
import { parseBoolean, type ParsedBoolean } from '../../domain/boolean.ts'
import type { JudgedQuery } from '../../domain/dataset.ts'
import { ndcg, recall, targetsOf } from '../../domain/metrics.ts'
import { readOutput } from '../../domain/outputs.ts'
import { END_OF_TURN, renderPrompt } from '../../domain/prompt.ts'
import type { Ranking, Recommender } from '../../domain/recommender.ts'
import type { Settings } from '../../domain/settings.ts'
import { searchText } from '../../domain/words.ts'
import type { SourceAnswer } from './sources.ts'

/** As deep as NDCG@100 and the ranks of relevant products need. */
export const DEPTH = 100

/** Of a judged query, by name. */
export interface Measures {
  readonly 'ndcg@10': number
  readonly 'ndcg@100': number
  readonly 'recall@10': number
  readonly 'recall@100': number
}

/** What was written for a query. */
export interface Said {
  /** the text that was searched for; undefined where a ranking came from elsewhere and no text with it */
  readonly rewrite: string | undefined
  /** what was written before the answer; undefined where nothing was */
  readonly thought: string | undefined
  /** the whole completion; undefined where the rewrite is all there is */
  readonly output: string | undefined
  /** why the format is broken, by the rules of training */
  readonly fault: string | undefined
}

/** What that found. */
export interface Found {
  /** ranked product ids, best first, at most DEPTH */
  readonly ids: readonly string[]
  /** the recommender's own, one per id */
  readonly scores: ArrayLike<number>
  /** undefined when nothing was judged relevant for the query */
  readonly measures: Measures | undefined
  /** how a Boolean query was read; undefined where queries are bags of words */
  readonly boolean: ParsedBoolean | undefined
  /** why there is no ranking: a server that failed */
  readonly unranked: string | undefined
}

export interface Column extends Said, Found {
  /** of the current policy: the stage, the steps that it had made before it was asked and after, and whether a finished run has brought back its best */
  readonly at?: { readonly stage: 'sft' | 'grpo' | undefined; readonly from: number; readonly to: number; readonly best: boolean }
}

export interface Asked {
  readonly query: string
  /** the judged query of the same words, if there is one */
  readonly judged: JudgedQuery | undefined
}

export interface Inspection extends Asked {
  /** by id of the column; what is still asked for is missing */
  readonly columns: Readonly<Record<string, Column>>
  /** why a column has nothing to show, by its id */
  readonly absent: Readonly<Record<string, string>>
}

export const sayNothing: Omit<Said, 'rewrite'> = { thought: undefined, output: undefined, fault: undefined }

/** How good a ranking is, measured as evaluations measure it: by distinct products. Undefined when nothing was judged relevant. */
export function measuresOf(ids: readonly string[], { judged }: Asked, settings: Settings): Measures | undefined {
  const targets = targetsOf(judged?.judgements ?? [], { ...settings, duplicateTargets: 'distinct' })
  if (targets.gain.size === 0) return undefined
  return {
    'ndcg@10': ndcg(ids, targets, 10), 'ndcg@100': ndcg(ids, targets, 100),
    'recall@10': recall(ids, targets, 10), 'recall@100': recall(ids, targets, 100),
  }
}

function foundOf(ranking: Ranking | undefined, boolean: ParsedBoolean | undefined, asked: Asked, settings: Settings): Found {
  if (ranking === undefined || ranking.failed !== undefined) {
    return { ids: [], scores: [], measures: undefined, boolean, unranked: ranking?.failed ?? 'no answer' }
  }
  const ids = ranking.ids.slice(0, DEPTH)
  return { ids, scores: ranking.scores, boolean, unranked: undefined, measures: measuresOf(ids, asked, settings) }
}

/** Ranks the catalogue for a text. */
export async function rankText(rewrite: string, recommender: Recommender, asked: Asked, settings: Settings): Promise<Found> {
  const searched = searchText(rewrite, settings.mode)
  const boolean = settings.queryMode === 'boolean' ? parseBoolean(searched) : undefined
  const [ranking] = await recommender.rank([searched], DEPTH)
  return foundOf(ranking, boolean, asked, settings)
}

/** A ranking that another system made. */
export function rankedElsewhere({ ids, scores }: Extract<SourceAnswer, { kind: 'ranking' }>, asked: Asked, settings: Settings): Column {
  return { rewrite: undefined, ...sayNothing, ...foundOf({ ids, scores }, undefined, asked, settings) }
}

export function saidBySource({ rewrite, thought, output, fault }: Extract<SourceAnswer, { kind: 'text' }>): Said {
  return { rewrite, thought, output, fault }
}

/** Asks a policy greedily, so nothing of its answer depends on chance. `generate` decides which weights answer. */
export async function askPolicy(generate: PolicyService['generate'], query: string, settings: Settings, version: PolicyVersion): Promise<Said> {
  const prompt = renderPrompt(query, settings)
  const sampling = { temperature: 0, topK: 0, topP: 1, maxNewTokens: settings.maxNewTokens, stop: [END_OF_TURN] }
  const rollouts = await generate(
    { prompts: [{ key: 0, text: prompt.text }], groupSize: 1, sampling, seed: settings.seed, step: 0, version })
  const output = rollouts[0]?.text ?? ''
  const { rewrite, thought, fault } = readOutput(prompt, output, settings)
  return { rewrite, thought, output, fault }
}
