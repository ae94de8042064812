// One row of the task asked in one way: what was written, what that finds, and how good it is.
import type { PolicyService, PolicyVersion } from '../../client/policy.ts'
import { parseBoolean, type ParsedBoolean } from '../../domain/boolean.ts'
import { ndcg, recall, targetsOf } from '../../domain/metrics.ts'
import { thoughtOf } from '../../domain/outputs.ts'
import type { Recommender } from '../../domain/recommender.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Reading, Row } from '../../domain/tasks/task.ts'
import { searchText } from '../../domain/words.ts'
import { rankAll } from '../../experiment/score.ts'
import { generation, greedyOf, type Task } from '../../experiment/tasks.ts'
import { entriesOf, type Entry } from './entries.ts'
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

/** What was written for a row. */
export interface Said {
  /** the answer as a text: what was searched for, or the list as it was written; undefined where a ranking came from elsewhere and no text with it */
  readonly rewrite: string | undefined
  /** its single items, where the task asks for a list */
  readonly items?: readonly string[]
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
  /** texts that the recommender was asked for it; none where the answer is the ranking itself */
  readonly searched: readonly string[]
  /** what became of each item of a list */
  readonly entries?: readonly Entry[]
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
  /** the row of the same words, if there is one: a judged query, or a person's history */
  readonly judged: Row | undefined
}

export interface Inspection extends Asked {
  /** the row as the policy is asked about it, with its candidates; undefined until it is made ready */
  readonly task: Task | undefined
  /** by id of the column; what is still asked for is missing */
  readonly columns: Readonly<Record<string, Column>>
  /** why a column has nothing to show, by its id */
  readonly absent: Readonly<Record<string, string>>
}

const sayNothing: Omit<Said, 'rewrite'> = { thought: undefined, output: undefined, fault: undefined }

/** What stands for an answer where nothing was written. */
export function saidPlainly({ text, items }: Reading): Said {
  return { rewrite: text, ...sayNothing, ...(items === undefined ? {} : { items }) }
}

/** How good a ranking is, measured as evaluations measure it: by distinct products. Undefined when nothing was judged relevant. */
export function measuresOf(ids: readonly string[], { judged }: Pick<Asked, 'judged'>, settings: Settings): Measures | undefined {
  const targets = targetsOf(judged?.judgements ?? [], { ...settings, duplicateTargets: 'distinct' })
  if (targets.gain.size === 0) return undefined
  return {
    'ndcg@10': ndcg(ids, targets, 10), 'ndcg@100': ndcg(ids, targets, 100),
    'recall@10': recall(ids, targets, 10), 'recall@100': recall(ids, targets, 100),
  }
}

/** Ranks the catalogue for an answer, as the task asks: for one text, for several, or not at all where the answer is the ranking. */
export async function rankReading(reading: Reading, task: Task, recommender: Recommender, settings: Settings): Promise<Found> {
  const { spec } = task
  const searched = spec.asks(reading, task.case)
  const boolean = spec.answers === 'query' && settings.queryMode === 'boolean' && searched[0] !== undefined ? parseBoolean(searchText(searched[0], settings.mode)) : undefined
  const byText = await rankAll(recommender, [...new Set(searched)], settings, DEPTH)
  const rankings = searched.map((text) => byText.get(text) ?? { ids: [], scores: [], failed: 'no answer' })
  const unranked = rankings.find(({ failed }) => failed !== undefined)?.failed
  if (unranked !== undefined) return { ids: [], scores: [], searched, measures: undefined, boolean, unranked }
  const ids = spec.rank(reading, rankings, task.case, DEPTH)
  const [ranking] = rankings
  const scoreOf = new Map(ranking === undefined || rankings.length > 1 ? [] : ranking.ids.map((id, at) => [id, ranking.scores[at]!] as const))
  const entries = entriesOf(reading, rankings, task.query, spec.answers)
  return {
    ids, scores: scoreOf.size === 0 ? [] : ids.map((id) => scoreOf.get(id) ?? Number.NaN), searched, boolean, unranked: undefined,
    measures: measuresOf(ids, { judged: task.query }, settings), ...(entries === undefined ? {} : { entries }),
  }
}

/** A ranking that another system made. */
export function rankedElsewhere({ ids, scores }: Extract<SourceAnswer, { kind: 'ranking' }>, asked: Asked, settings: Settings): Column {
  const first = ids.slice(0, DEPTH)
  return { rewrite: undefined, ...sayNothing, ids: first, scores, searched: [], boolean: undefined, unranked: undefined, measures: measuresOf(first, asked, settings) }
}

/** What another system said, read as the task reads the policy's own outputs: leniently for what is ranked, strictly for the format. */
export function saidBySource({ rewrite, thought, output, fault }: Extract<SourceAnswer, { kind: 'text' }>, task: Task): Said {
  // product search reads outputs whose prompt is unknown by rules of its own (readImported)
  if (task.spec.answers === 'query' || output === undefined) return { rewrite, thought, output, fault }
  const prefill = output.includes('</think>') && !output.includes('<think>') ? '<think>' : ''
  const { text, items } = task.spec.read({ ...task.case, prompt: { text: prefill, prefill } }, output)
  return { rewrite: text, thought, output, fault, ...(items === undefined ? {} : { items }) }
}

/** What a policy's output to a task says. */
function saidByPolicy(task: Task, output: string): Said {
  const { spec, asked } = task
  const { text, items } = spec.read(asked, output)
  const strict = spec.parse(asked, output)
  return {
    rewrite: text, ...(items === undefined ? {} : { items }), thought: thoughtOf(task.prompt.prefill + output), output,
    fault: strict.kind === 'query' ? undefined : strict.reason,
  }
}

/** Asks a policy greedily, so nothing of its answer depends on chance. `generate` decides which weights answer. */
export async function askPolicy(generate: PolicyService['generate'], task: Task, settings: Settings, version: PolicyVersion): Promise<Said> {
  const rollouts = await generate(generation([task], { groupSize: 1, sampling: greedyOf(settings), seed: settings.seed, step: 0, version }))
  return saidByPolicy(task, rollouts[0]?.text ?? '')
}
