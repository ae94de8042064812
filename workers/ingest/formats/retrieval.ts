// Test collections as BEIR and TREC publish them: corpus, queries, judgements, runs.
import type { EsciLabel } from '../../../src/domain/dataset.ts'
import { columnName } from '../format.ts'
import type { Format, Place, Shape, Sink } from '../format.ts'
import { has, needs, number, shown, text } from './cells.ts'

export const BEIR_CORPUS: Format = {
  name: 'BEIR corpus',
  role: 'products',
  columns: ['_id', 'title', 'text'],
  matches: (shape) => has(shape, '_id', 'text', 'title'),
  read(row, at, sink) {
    const id = text(row['_id'])
    if (!needs(id, '_id', 'judgements mean documents by it', at, sink)) return
    sink.product({ id, title: text(row['title']), description: text(row['text']), bullets: '', brand: '', color: '' }, at)
  },
}

export const BEIR_QUERIES: Format = {
  name: 'BEIR queries',
  role: 'queries',
  columns: ['_id', 'text'],
  matches: (shape) => has(shape, '_id', 'text') && !has(shape, 'title'),
  read(row, at, sink) {
    const [id, query] = [text(row['_id']), text(row['text'])]
    if (needs(id, '_id', 'judgements mean queries by it', at, sink) && needs(query, 'text', 'a query without words ranks nothing', at, sink)) sink.query({ id, text: query }, at)
  },
}

export const BEIR_QRELS: Format = {
  name: 'BEIR qrels',
  role: 'judgements',
  columns: ['query-id', 'corpus-id', 'score'],
  matches: (shape) => has(shape, 'query-id', 'corpus-id', 'score'),
  read: (row, at, sink) => { tellGrade(text(row['query-id']), text(row['corpus-id']), row['score'], ['query-id', 'corpus-id', 'score'], at, sink) },
}

export const TREC_QRELS: Format = {
  name: 'TREC qrels',
  role: 'judgements',
  columns: ['0', '2', '3'],
  matches: (shape) => isTrec(shape, 4) && shape.first.every((row) => /^[-+]?\d+$/.test(text(row['3']))),
  read: (row, at, sink) => { tellGrade(text(row['0']), text(row['2']), row['3'], ['0', '2', '3'], at, sink) },
}

const RUN_LINE = 'a run\'s line is: query, Q0, document, rank, score, name'

export const TREC_RUN: Format = {
  name: 'TREC run',
  role: 'run',
  columns: ['0', '2', '4'],
  matches: (shape) => isTrec(shape, 6) && shape.first.every((row) => Number.isFinite(number(row['4']) ?? Number.NaN)),
  read(row, at, sink) {
    const [queryId, id, score] = [text(row['0']), text(row['2']), number(row['4']) ?? Number.NaN]
    if (!needs(queryId, '0', RUN_LINE, at, sink) || !needs(id, '2', RUN_LINE, at, sink)) return
    if (!Number.isFinite(score)) sink.reject(at, '4', `the score is "${shown(row['4'])}"; a number is needed (${RUN_LINE})`)
    else sink.retrieved({ queryId, ids: [id], scores: [score] }, at)
  },
}

/** Lines between spaces, or a table of tabs without a header, in so many columns. */
function isTrec({ container, columns, first }: Shape, count: number): boolean {
  return (container === 'trec' || container === 'tsv') && columns.size === count && first.length > 0 && Array.from({ length: count }, (_, i) => columnName(i)).every((column) => columns.has(column))
}

/** Relevant from grade 1 up, as trec_eval has it; the grade itself stays. */
function tellGrade(queryId: string, productId: string, grade: unknown, [query, product, score]: readonly [string, string, string], at: Place, sink: Sink): void {
  if (!needs(queryId, query, 'a judgement is of a query', at, sink) || !needs(productId, product, 'a judgement is of a document', at, sink)) return
  const told = number(grade) ?? Number.NaN
  const label: EsciLabel = told >= 1 ? 'E' : 'I'
  if (Number.isFinite(told)) sink.judgement({ queryId, productId, label, grade: told }, at)
  else sink.reject(at, score, `the grade is "${shown(grade)}"; a number is needed, 1 and more for relevant`)
}

