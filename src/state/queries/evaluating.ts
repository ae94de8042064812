// Answers to every query of a split, made on demand: written a batch at a time, ranked by the open recommender, and measured as a run measures them.
import { ndcg, recall, targetsOf } from '../../domain/metrics.ts'
import type { Recommender } from '../../domain/recommender.ts'
import type { Settings } from '../../domain/settings.ts'
import { rankAll } from '../../experiment/score.ts'
import type { Task } from '../../experiment/tasks.ts'
import { nextTask } from '../nextTask.ts'
import type { TableAnswer } from './queryRows.ts'

/** NDCG@100 needs as much. */
export const TABLE_DEPTH = 100
const UNJUDGED_AT = 10

/** What a system made of one query: a text to search for, a ranking of its own, or nothing. */
export type Written =
  | { readonly kind: 'text'; readonly rewrite: string; readonly output?: string; readonly format: boolean }
  | { readonly kind: 'ranking'; readonly ids: readonly string[] }
  | { readonly kind: 'absent' }

/** Writes for some tasks, in their order. */
export type Writer = (tasks: readonly Task[]) => Promise<readonly Written[]>

export const asTyped: Writer = (tasks) => Promise.resolve(tasks.map(({ query }) => ({ kind: 'text', rewrite: query.text, format: true })))

/** What was written before, by query id. */
export function rewritesOf(said: ReadonlyMap<string, Pick<TableAnswer, 'rewrite' | 'format'>>): Writer {
  return (tasks) => Promise.resolve(tasks.map(({ query }): Written => {
    const known = said.get(query.id)
    return known === undefined ? { kind: 'absent' } : { kind: 'text', rewrite: known.rewrite, format: known.format }
  }))
}

export interface Evaluating {
  readonly recommender: Recommender
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

/** The answer to a task whose ranking is known, measured as evaluations are: distinct products. */
function measuredAnswer(task: Task, settings: Settings, ids: readonly string[], said: Pick<TableAnswer, 'rewrite' | 'text' | 'format'>): TableAnswer {
  const { id, text, domain, judgements } = task.query
  const targets = targetsOf(judgements, { ...settings, duplicateTargets: 'distinct' })
  return {
    queryId: id, query: text, ...(domain === undefined ? {} : { domain }), ...said,
    metrics: { 'ndcg@10': ndcg(ids, targets, 10), 'ndcg@100': ndcg(ids, targets, 100), 'recall@10': recall(ids, targets, 10) },
    unjudged: unjudgedOf(task, ids),
  }
}

/** Tells the answers batch by batch; what was told stays told when the signal ends it, by rejecting with its reason. */
export async function evaluateAll(tasks: readonly Task[], write: Writer, { recommender, settings, batch, signal, onPart }: Evaluating): Promise<void> {
  for (let from = 0; from < tasks.length; from += batch) {
    signal.throwIfAborted()
    const part = tasks.slice(from, from + batch)
    const written = await write(part)
    signal.throwIfAborted()
    const texts = new Set(written.flatMap((one) => (one.kind === 'text' ? [one.rewrite] : [])))
    const rankings = await rankAll(recommender, [...texts], settings, TABLE_DEPTH)
    signal.throwIfAborted()
    const answers = part.flatMap((task, at): readonly TableAnswer[] => {
      const one = written[at]!
      if (one.kind === 'absent') return []
      if (one.kind === 'ranking') return [measuredAnswer(task, settings, one.ids, { rewrite: task.query.text, format: true })]
      const said = { rewrite: one.rewrite, ...(one.output === undefined ? {} : { text: one.output }), format: one.format }
      const { ids, failed } = rankings.get(one.rewrite)!
      if (failed === undefined) return [measuredAnswer(task, settings, ids, said)]
      const { id, text, domain } = task.query
      return [{ queryId: id, query: text, ...(domain === undefined ? {} : { domain }), ...said, failed }]
    })
    onPart(answers, Math.min(from + batch, tasks.length))
    // a page that answers at once between two batches
    await nextTask()
  }
}
