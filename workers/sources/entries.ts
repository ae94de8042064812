// Files of other systems' answers as entries: outputs by query (Rec-R1's generations, JSON lines, tables) and rankings (TREC runs, result files).
import type { RefusedRow } from '../../src/protocol/sources.ts'
import { KEY, type Format, type Sink } from '../ingest/format.ts'
import { firstText, hasAny, shown } from '../ingest/formats/cells.ts'
import { TREC_RUN } from '../ingest/formats/retrieval.ts'
import { REC_R1_OUTPUTS, REC_R1_RESULTS } from '../ingest/formats/stored.ts'
import { readFile } from '../ingest/read.ts'
import { recogniseFile } from '../ingest/recognise.ts'

/** One query's entry as the file has it. */
export interface Entry {
  /** as the file says it; the empty text where it says none */
  readonly queryId: string
  /** the query's own words; for Rec-R1's files they may be the rewrite's */
  readonly query: string
  /** ids of the relevant products, where the file names them */
  readonly targets: readonly string[]
  /** row numbers of some test file, which mean nothing beside ids of another: see match.ts */
  readonly numbered: boolean
  readonly output?: string
  readonly ranking?: { readonly ids: readonly string[]; readonly scores: readonly number[] }
}

export interface Entries {
  readonly kind: 'outputs' | 'run'
  readonly format: string
  readonly entries: readonly Entry[]
  readonly repeated: number
  readonly refused: { readonly count: number; readonly first?: RefusedRow }
}

const ID_COLUMNS = ['query_id', 'queryId', 'query-id', 'qid', 'id', KEY] as const
const QUERY_COLUMNS = ['query', 'query_text', 'original_query', 'original'] as const
/** Whole outputs, in which an answer may stand between tags, before what others took out of them: nothing of what was written is lost. */
const COLUMNS = [
  'output', 'generated_text', 'completion', 'response', 'generation', 'prediction', 'answer', 'rewrite', 'rewritten_query', 'rewritten', 'generated_query',
] as const

const NEEDED = `a row needs a query id (${ID_COLUMNS.slice(0, 5).join(', ')}) or the query's text (${QUERY_COLUMNS.join(', ')})`

/** Any table or JSON lines with a query and what some system wrote for it. */
const OUTPUTS_TABLE: Format = {
  name: 'outputs by query',
  role: 'outputs',
  columns: [...ID_COLUMNS, ...QUERY_COLUMNS, ...COLUMNS],
  matches: (shape) => hasAny(shape, ...COLUMNS) && hasAny(shape, ...ID_COLUMNS, ...QUERY_COLUMNS) && !REC_R1_OUTPUTS.matches(shape) && !REC_R1_RESULTS.matches(shape),
  read(row, at, sink) {
    const [queryId, query] = [firstText(row, ...ID_COLUMNS), firstText(row, ...QUERY_COLUMNS)]
    const column = COLUMNS.find((name) => typeof row[name] === 'string')
    if (queryId === '' && query === '') sink.reject(at, 'query_id', `neither a query id nor a query stands here; ${NEEDED}`)
    else if (column === undefined) {
      const given = COLUMNS.find((name) => row[name] !== undefined && row[name] !== null)
      sink.reject(at, given ?? 'output', given === undefined ? 'there is no output; a text is needed, "" for an empty one' : `${given} is "${shown(row[given])}"; a text is needed`)
    } else sink.output({ queryId, query, text: row[column] as string }, at)
  },
}

const SOURCE_FORMATS: readonly Format[] = [REC_R1_OUTPUTS, REC_R1_RESULTS, TREC_RUN, OUTPUTS_TABLE]

const WANTED = 'give a TREC run, Rec-R1’s generations or result file, or JSON lines, CSV or TSV with '
  + `a query id or query and one of ${COLUMNS.join(', ')}`

/** What a file is, from its first kilobytes. */
export async function kindOf(file: File): Promise<'outputs' | 'run' | undefined> {
  try {
    const { format } = await recogniseFile(file, SOURCE_FORMATS)
    return format === undefined ? undefined : format === TREC_RUN || format === REC_R1_RESULTS ? 'run' : 'outputs'
  } catch {
    return undefined
  }
}

/** Reads a file whole. Throws a sentence that names it where it is none of these, or nothing in it can be used. */
export async function readEntries(file: File): Promise<Entries> {
  const { format } = await recogniseFile(file, SOURCE_FORMATS)
  if (format === undefined) throw new Error(`file ${file.name} holds no answers to queries; ${WANTED}`)
  const numbered = format === REC_R1_OUTPUTS || format === REC_R1_RESULTS
  const entries = new Map<string, Entry & { ranking?: { ids: string[]; scores: number[] } }>()
  let refused = 0
  let repeated = 0
  let first: RefusedRow | undefined
  const unwanted = (): void => undefined
  const sink: Sink = {
    product: unwanted, facts: unwanted, person: unwanted, query: unwanted, judgement: unwanted, interaction: unwanted, sequence: unwanted, category: unwanted, filtered: unwanted,
    output({ queryId, text, targets = [], query = '' }) {
      const key = queryId === '' ? `\n${query}` : queryId
      if (entries.has(key)) repeated++
      else entries.set(key, { queryId, query, targets, numbered, output: text })
    },
    retrieved({ queryId, text = '', ids, scores, targets = [] }) {
      const known = entries.get(queryId)
      if (known === undefined) {
        // a file without scores gives its order
        entries.set(queryId, { queryId, query: text, targets, numbered, ranking: { ids: [...ids], scores: [...scores ?? ids.map((_, at) => -at)] } })
      } else if (scores === undefined) repeated++
      else {
        known.ranking?.ids.push(...ids)
        known.ranking?.scores.push(...scores)
      }
    },
    reject({ row }, column, reason) {
      refused++
      first ??= { row, column, reason }
    },
  }
  await readFile(file, format, sink)
  if (entries.size === 0) {
    throw new Error(first === undefined ? `file ${file.name} has no row; ${WANTED}` : `file ${file.name} row ${first.row}, ${first.column}: ${first.reason}`)
  }
  const kind = format === TREC_RUN || format === REC_R1_RESULTS ? 'run' : 'outputs'
  return { kind, format: format.name, entries: [...entries.values()].map(ordered), repeated, refused: { count: refused, ...(first === undefined ? {} : { first }) } }
}

/** By score, as trec_eval orders a run whatever its ranks say; equal scores as they stand, and of a product told twice the better place. */
function ordered(entry: Entry): Entry {
  const { ranking } = entry
  if (ranking === undefined) return entry
  const order = ranking.ids.map((_, at) => at).sort((a, b) => ranking.scores[b]! - ranking.scores[a]! || a - b)
  const seen = new Set<string>()
  const kept = order.filter((at) => !seen.has(ranking.ids[at]!) && seen.add(ranking.ids[at]!))
  return { ...entry, ranking: { ids: kept.map((at) => ranking.ids[at]!), scores: kept.map((at) => ranking.scores[at]!) } }
}
