// TREC's two text formats, runs and judgements (qrels), and BEIR's judgements: read with a sentence for every bad line, and printed.

/** One line of a run. */
export interface RunEntry {
  readonly id: string
  readonly score: number
}

/** Entries by query in the order of the file, which is the order of the ranks where the file was written as usual. */
export type Run = ReadonlyMap<string, readonly RunEntry[]>

/** Grades by query, in the order of the file; duplicates stay. */
export type Qrels = ReadonlyMap<string, readonly (readonly [id: string, grade: number])[]>

/**
 * The lines of one query of a run, `query Q0 product rank score tag`, each ended by a line feed. Scores are printed so that they read
 * back exactly. Throws a sentence for an id with white space, which the format cannot hold.
 */
export function printRun(queryId: string, ranking: { readonly ids: readonly string[]; readonly scores: ArrayLike<number> }, tag: string): string {
  const query = field(queryId, 'query')
  const name = field(tag, 'tag')
  return ranking.ids.map((id, i) => `${query} Q0 ${field(id, 'product')} ${i + 1} ${ranking.scores[i]!} ${name}\n`).join('')
}

/** Judgements as TREC has them, `query 0 product grade`. */
export function printQrels(qrels: Qrels): string {
  const lines = [...qrels].flatMap(([query, judged]) => judged.map(([id, grade]) => `${field(query, 'query')} 0 ${field(id, 'product')} ${grade}\n`))
  return lines.join('')
}

function field(text: string, what: string): string {
  if (text === '' || /\s/.test(text)) throw new Error(`${what} ${JSON.stringify(text)} is ${text === '' ? 'empty' : 'written with white space'}; a TREC file needs ids without it`)
  return text
}

/**
 * Reads a run: six fields a line with white space between them. The rank is not read, as in trec_eval. Empty lines are passed over.
 * Throws a sentence that names `file` and the line.
 */
export function parseRun(text: string, file: string): Run {
  const run = new Map<string, RunEntry[]>()
  for (const { line, fields } of linesOf(text)) {
    if (fields.length !== 6) throw new Error(`run ${file} line ${line} has ${count(fields)}; a TREC run has six: query, Q0, product, rank, score and tag`)
    const [query, , id, , score] = fields as [string, string, string, string, string, string]
    add(run, query, { id, score: scoreOf(score, `run ${file} line ${line}: score`) })
  }
  if (run.size === 0) throw new Error(`run ${file} has no line; a TREC run has lines of query, Q0, product, rank, score and tag`)
  return run
}

/** Reads judgements: TREC's four fields a line, or BEIR's three with tabs between them after a header. Throws a sentence with file and line. */
export function parseQrels(text: string, file: string): Qrels {
  const qrels = new Map<string, (readonly [string, number])[]>()
  let width: number | undefined
  let tabs = false
  for (const { line, content, fields: spaced } of linesOf(text)) {
    // BEIR's header: query-id, corpus-id, score; between tabs its ids may hold spaces
    if (width === undefined && spaced.length === 3 && !isNumber(spaced[2]!)) {
      width = 3
      tabs = content.includes('\t')
      continue
    }
    const fields = tabs ? content.split('\t').map((field) => field.trim()) : spaced
    width ??= fields.length === 3 ? 3 : 4
    if (fields.length !== width) {
      const wanted = width === 4 ? 'TREC judgements have four: query, iteration, product and grade' : 'this file’s first line has three: query, product and grade'
      throw new Error(`qrels ${file} line ${line} has ${count(fields)}; ${wanted}`)
    }
    add(qrels, fields[0]!, [fields[width - 2]!, numberOf(fields[width - 1]!, `qrels ${file} line ${line}: grade`)] as const)
  }
  if (qrels.size === 0) throw new Error(`qrels ${file} has no judgement; give lines of query, iteration, product and grade, or BEIR’s query, product and grade`)
  return qrels
}

function* linesOf(text: string): Generator<{ line: number; content: string; fields: string[] }> {
  let line = 0
  let start = text.startsWith('\uFEFF') ? 1 : 0
  while (start < text.length) {
    const found = text.indexOf('\n', start)
    const end = found === -1 ? text.length : found
    const content = text.slice(start, end).trim()
    line++
    start = end + 1
    if (content !== '') yield { line, content, fields: content.split(/\s+/) }
  }
}

function add<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}

const count = (fields: readonly string[]): string => `${fields.length} ${fields.length === 1 ? 'field' : 'fields'}`

/** Scores may be infinite, as C prints them; grades may not. */
const scoreOf = (text: string, what: string): number => (
  /^[+-]?inf(inity)?$/i.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : numberOf(text, what))

const isNumber = (text: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)

function numberOf(text: string, what: string): number {
  if (!isNumber(text) || !Number.isFinite(Number(text))) throw new Error(`${what} is ${JSON.stringify(text)}; give a number`)
  return Number(text)
}
