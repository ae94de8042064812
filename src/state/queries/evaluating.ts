// Answers to every row of a split, made on demand: written a batch at a time, ranked by the open recommender, and measured as a run measures them.
import type { Recommender } from '../../domain/recommender.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Reading } from '../../domain/tasks/task.ts'
import { answerMetrics } from '../../experiment/evaluate.ts'
import type { Catalogue } from '../../experiment/ports.ts'
import { prepare } from '../../experiment/prepare.ts'
import { rankAnswers } from '../../experiment/score.ts'
import type { Task } from '../../experiment/tasks.ts'
import { nextTask } from '../nextTask.ts'
import type { TableAnswer } from './queryRows.ts'

/** NDCG@100 needs as much. */
export const TABLE_DEPTH = 100
const UNJUDGED_AT = 10

/** What a system made of one row: an answer that is ranked, a ranking of its own, or nothing. */
export type Written =
  | { readonly kind: 'text'; readonly reading: Reading; readonly output?: string; readonly format: boolean }
  | { readonly kind: 'ranking'; readonly ids: readonly string[] }
  | { readonly kind: 'absent' }

/** Writes for some tasks, which are prepared, in their order. */
export type Writer = (tasks: readonly Task[]) => Promise<readonly Written[]>

export const asTyped: Writer = (tasks) => Promise.resolve(tasks.map((task) => ({ kind: 'text', reading: task.spec.original(task.case), format: true })))

/** What was written before, by the row's id. */
export function rewritesOf(said: ReadonlyMap<string, Pick<TableAnswer, 'rewrite' | 'items' | 'format'>>): Writer {
  return (tasks) => Promise.resolve(tasks.map(({ query }): Written => {
    const known = said.get(query.id)
    if (known === undefined) return { kind: 'absent' }
    return { kind: 'text', reading: { text: known.rewrite, ...(known.items === undefined ? {} : { items: known.items }) }, format: known.format }
  }))
}

export interface Evaluating {
  readonly recommender: Recommender
  /** where the task shows products in its prompts */
  readonly catalogue?: Catalogue
  readonly settings: Settings
  /** rankings asked for at once */
  readonly batch: number
  readonly signal: AbortSignal
  readonly onPart: (answers: readonly TableAnswer[], done: number) => void
}

/** Of the first ten, how many nobody judged. */
function unjudgedOf(task: Pick<Task, 'query'>, ids: readonly string[]): number {
  const known = new Set(task.query.judgements.map(({ productId }) => productId))
  return ids.slice(0, UNJUDGED_AT).filter((id) => !known.has(id)).length
}

type SaidOf = Pick<TableAnswer, 'rewrite' | 'items' | 'text' | 'format'>

function answerTo(task: Task, said: SaidOf): Pick<TableAnswer, 'queryId' | 'query' | 'domain'> & SaidOf {
  const { id, domain } = task.query
  return { queryId: id, query: task.said, ...(domain === undefined ? {} : { domain }), ...said }
}

/** The answer to a task whose ranking is known, measured as evaluations are: distinct products. */
function measuredAnswer(task: Task, ids: readonly string[], said: SaidOf): TableAnswer {
  return { ...answerTo(task, said), unjudged: unjudgedOf(task, ids), metrics: answerMetrics(task, ids) }
}

/** Tells the answers batch by batch; what was told stays told when the signal ends it, by rejecting with its reason. */
export async function evaluateAll(tasks: readonly Task[], write: Writer, { recommender, catalogue, settings, batch, signal, onPart }: Evaluating): Promise<void> {
  for (let from = 0; from < tasks.length; from += batch) {
    signal.throwIfAborted()
    const part = tasks.slice(from, from + batch)
    await prepare({ recommender, ...(catalogue === undefined ? {} : { catalogue }) }, settings, part)
    signal.throwIfAborted()
    const written = await write(part)
    signal.throwIfAborted()
    const asked = part.map((task, at) => ({ task, reading: written[at]!.kind === 'text' ? (written[at] as Extract<Written, { kind: 'text' }>).reading : undefined }))
    const rankings = await rankAnswers(recommender, settings, asked, TABLE_DEPTH)
    signal.throwIfAborted()
    const answers = part.flatMap((task, at): readonly TableAnswer[] => {
      const one = written[at]!
      if (one.kind === 'absent') return []
      if (one.kind === 'ranking') return [measuredAnswer(task, one.ids, { rewrite: task.said, format: true })]
      const { reading: { text, items }, output, format } = one
      const said = { rewrite: text, ...(items === undefined ? {} : { items }), ...(output === undefined ? {} : { text: output }), format }
      const { ids, failed } = rankings[at]!
      return [failed === undefined ? measuredAnswer(task, ids, said) : { ...answerTo(task, said), failed }]
    })
    onPart(answers, Math.min(from + batch, tasks.length))
    // a page that answers at once between two batches
    await nextTask()
  }
}
