// The table and what it stands on as files: CSV, JSON lines, TREC runs and judgements.
import type { Judgement } from '../../domain/dataset.ts'
import { gainOf, trecOrder } from '../../domain/metrics.ts'
import type { Ranking, Recommender } from '../../domain/recommender.ts'
import type { Settings } from '../../domain/settings.ts'
import { printQrels, printRun } from '../../domain/trec.ts'
import { rankAll } from '../../experiment/score.ts'
import { csvLine, numberCell, textCell } from '../../domain/csv.ts'
import { TABLE_DEPTH } from './evaluating.ts'
import { nextTask } from '../nextTask.ts'
import { outcomeOf, TABLE_METRICS, type QueryRows, type RowValues, type TableAnswer, type TableMetric } from './queryRows.ts'

export interface TableExport {
  readonly table: QueryRows
  readonly values: RowValues
  /** places of the rows, in the order in which they are written */
  readonly order: Int32Array
  readonly metric: TableMetric
  readonly notes: ReadonlyMap<string, string>
  /** what the two systems are called */
  readonly a: string
  readonly b: string
}

const OUTCOME = { win: 'better', tie: 'same', loss: 'worse' } as const
const formatWord = (answer: TableAnswer | undefined): string => (answer === undefined ? '' : answer.failed !== undefined ? 'no ranking' : answer.format ? 'kept' : 'broken')

/** The rows as they are shown: filtered, in their order. A UTF-8 mark stands in front, since spreadsheets guess another encoding without it. */
export function tableCsv({ table, values, order, metric, notes, a, b }: TableExport): string {
  const head = [
    'query_id', 'query', 'domain', `${metric} of A (${a})`, `${metric} of B (${b})`, 'B - A', 'B is', 'rewrite of A', 'rewrite of B', 'format of A', 'format of B',
    'exact', 'judged', 'unjudged of the first 10 of B', 'note',
  ]
  const lines = Array.from(order, (at) => {
    const row = table.rows[at]!
    const outcome = outcomeOf(values.delta[at]!)
    return csvLine([
      textCell(row.id), textCell(row.text), textCell(row.domain ?? ''), numberCell(values.a[at]), numberCell(values.b[at]), numberCell(values.delta[at]),
      outcome === undefined ? '' : OUTCOME[outcome], textCell(row.a?.rewrite ?? ''), textCell(row.b?.rewrite ?? ''), formatWord(row.a), formatWord(row.b),
      numberCell(row.exact), numberCell(row.judged), numberCell(row.b?.unjudged), textCell(notes.get(row.id) ?? ''),
    ])
  })
  return `\uFEFF${csvLine(head.map(textCell))}${lines.join('')}`
}

function answerJson(system: string, answer: TableAnswer | undefined): object | null {
  if (answer === undefined) return null
  const { rewrite, text, format, metrics, failed, unjudged } = answer
  return { system, rewrite, text, format, metrics, failed, unjudged }
}

/** One query a line, with all that both systems made of it. Texts are as they were. */
export function tableJsonl({ table, order, notes, a, b }: Omit<TableExport, 'values' | 'metric'>): string {
  return Array.from(order, (at) => {
    const row = table.rows[at]!
    const [one, two] = [row.a?.metrics, row.b?.metrics]
    const difference = one === undefined || two === undefined ? null : Object.fromEntries(TABLE_METRICS.map((name) => [name, two[name] - one[name]]))
    return `${JSON.stringify({
      queryId: row.id, query: row.text, domain: row.domain, exact: row.exact, judged: row.judged, a: answerJson(a, row.a), b: answerJson(b, row.b), difference, note: notes.get(row.id),
    })}\n`
  }).join('')
}

/**
 * Scores that keep a ranking's order in trec_eval, which sorts by score in single precision and equal ones by falling id: where two would be
 * equal, the later is lowered by the least that single precision can tell apart. A ranking without equals stays as it is.
 */
export function fallingScores({ ids, scores }: Pick<Ranking, 'ids' | 'scores'>): number[] {
  const asRead = trecOrder(ids.map((id, at) => [id, scores[at]!] as const))
  if (asRead.every((id, at) => id === ids[at])) return Array.from(scores)
  const single = new Float32Array(1)
  const bits = new Int32Array(single.buffer)
  let last = Infinity
  return ids.map((_, at) => {
    single[0] = scores[at]!
    if (single[0] >= last) {
      single[0] = last
      // the next one below: towards zero for positive, away from it for negative numbers
      if (last > 0) bits[0]!--
      else if (last === 0) single[0] = -1.401298464324817e-45
      else bits[0]!++
    }
    last = single[0]
    return last
  })
}

export interface RunExport {
  readonly answers: readonly TableAnswer[]
  readonly recommender: Recommender
  readonly settings: Settings
  /** the last field of every line */
  readonly tag: string
  readonly signal: AbortSignal
  readonly tell: (done: number) => void
  /** rankings that came from elsewhere, by query id: they are not made anew */
  readonly rankings?: ReadonlyMap<string, Ranking>
  /** ranks answers whose text alone is not what is searched for: lists, names, histories */
  readonly rank?: (answers: readonly TableAnswer[]) => Promise<readonly Ranking[]>
}

const RANKED_AT_ONCE = 64

/** A system's rankings as a TREC run, ranked anew from what it wrote. A ranking that fails is left out, as trec_eval expects; all that fail are an Error. */
export async function runFile({ answers, recommender, settings, tag, signal, tell, rankings: given, rank }: RunExport): Promise<Blob> {
  const parts: string[] = []
  const name = tag.replaceAll(/\s+/gu, '_')
  let reason: string | undefined
  for (let from = 0; from < answers.length; from += RANKED_AT_ONCE) {
    signal.throwIfAborted()
    const part = answers.slice(from, from + RANKED_AT_ONCE)
    const anew = part.filter(({ queryId }) => given?.has(queryId) !== true)
    const byText = rank === undefined ? await rankAll(recommender, [...new Set(anew.map(({ rewrite }) => rewrite))], settings, TABLE_DEPTH) : undefined
    const ranked = await rank?.(anew)
    for (const answer of part) {
      const { queryId, rewrite } = answer
      const ranking = given?.get(queryId) ?? byText?.get(rewrite) ?? ranked![anew.indexOf(answer)]!
      if (ranking.failed !== undefined) reason ??= ranking.failed
      else parts.push(printRun(queryId, { ids: ranking.ids, scores: fallingScores(ranking) }, name))
    }
    tell(Math.min(from + RANKED_AT_ONCE, answers.length))
    await nextTask()
  }
  if (parts.length === 0) throw new Error(`none of ${answers.length} rankings came: ${reason ?? 'there are none'}`)
  return new Blob(parts, { type: 'text/plain' })
}

/** The last field of a TREC run: who ranked, and whose texts. */
export function runTag(recommender: string | undefined, system: string): string {
  return `${recommender === undefined ? '' : `${recommender}_`}${system}`.replaceAll(/[^\w.@-]+/gu, '_').replace(/_+$/, '')
}

/** Whole grades in proportion to the gains in use, so that linear NDCG by trec_eval is the page's own: graded gains of letters are 1, 0.1, 0.01 and 0. */
function gradeOf(judgement: Judgement, gains: Settings['gains']): number {
  const gain = gainOf(judgement, gains)
  return gains === 'graded' && judgement.grade === undefined ? Math.round(gain * 100) : gain
}

/** Judgements of queries as TREC has them; of several of one product the highest grade stands. Throws a sentence for ids with white space. */
export function qrelsFile(queries: readonly { readonly id: string; readonly judgements: readonly Judgement[] }[], gains: Settings['gains']): string {
  return printQrels(new Map(queries.map(({ id, judgements }) => {
    const grades = new Map<string, number>()
    for (const judgement of judgements) grades.set(judgement.productId, Math.max(grades.get(judgement.productId) ?? -Infinity, gradeOf(judgement, gains)))
    return [id, [...grades]]
  })))
}
