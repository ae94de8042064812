// Test collections as BEIR and TREC publish them: corpus, queries, judgements, runs.
import type { EsciLabel } from '../../../src/domain/dataset.ts'
import { columnName } from '../format.ts'
import type { Format, Place, Row, Shape, Sink } from '../format.ts'
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
    if (!needs(id, '_id', 'judgements mean queries by it', at, sink) || !needs(query, 'text', 'a query without words ranks nothing', at, sink)) return
    sink.query({ id, text: query }, at)
  },
}

export const BEIR_QRELS: Format = {
  name: 'BEIR qrels',
  role: 'judgements',
  columns: ['query-id', 'corpus-id', 'score'],
  matches: (shape) => has(shape, 'query-id', 'corpus-id', 'score'),
  read: (row, at, sink) => { tellGrade(text(row['query-id']), text(row['corpus-id']), row['score'], ['query-id', 'corpus-id', 'score'], at, sink) },
}

/** TREC's fields by name, as its container gives them, and by place, as a table of tabs without a header does. */
const QRELS_FIELDS = ['qid', 'iter', 'docid', 'rel'] as const
const RUN_FIELDS = ['qid', 'iter', 'docid', 'rank', 'score', 'tag'] as const

type Field = (typeof QRELS_FIELDS)[number] | (typeof RUN_FIELDS)[number]

function fieldOf(row: Row, fields: readonly Field[], name: Field): unknown {
  return row[name] ?? row[columnName(fields.indexOf(name))]
}

function columnsOf(fields: readonly Field[], ...names: readonly Field[]): string[] {
  return names.flatMap((name) => [name, columnName(fields.indexOf(name))])
}

function isTrec({ container, columns, first }: Shape, fields: readonly Field[]): boolean {
  if (columns.size !== fields.length || first.length === 0) return false
  const all = (named: (name: Field, index: number) => string): boolean => fields.every((name, index) => columns.has(named(name, index)))
  return (container === 'trec' && all((name) => name)) || ((container === 'trec' || container === 'tsv') && all((_, index) => columnName(index)))
}

export const TREC_QRELS: Format = {
  name: 'TREC qrels',
  role: 'judgements',
  columns: columnsOf(QRELS_FIELDS, 'qid', 'docid', 'rel'),
  matches: (shape) => isTrec(shape, QRELS_FIELDS) && shape.first.every((row) => /^[-+]?\d+$/.test(text(fieldOf(row, QRELS_FIELDS, 'rel')))),
  read(row, at, sink) {
    const field = (name: Field): unknown => fieldOf(row, QRELS_FIELDS, name)
    tellGrade(text(field('qid')), text(field('docid')), field('rel'), ['qid', 'docid', 'rel'], at, sink)
  },
}

const RUN_LINE = 'a run\'s line is: query, Q0, document, rank, score, name'

export const TREC_RUN: Format = {
  name: 'TREC run',
  role: 'run',
  columns: columnsOf(RUN_FIELDS, 'qid', 'docid', 'score'),
  matches: (shape) => isTrec(shape, RUN_FIELDS) && shape.first.every((row) => Number.isFinite(number(fieldOf(row, RUN_FIELDS, 'score')))),
  read(row, at, sink) {
    const field = (name: Field): unknown => fieldOf(row, RUN_FIELDS, name)
    const [queryId, id, score] = [text(field('qid')), text(field('docid')), number(field('score'))]
    if (!needs(queryId, 'qid', RUN_LINE, at, sink) || !needs(id, 'docid', RUN_LINE, at, sink)) return
    if (score === undefined || !Number.isFinite(score)) {
      sink.reject(at, 'score', `the score is "${shown(field('score'))}"; a number is needed (${RUN_LINE})`)
    } else sink.retrieved({ queryId, ids: [id], scores: [score] }, at)
  },
}

/** Relevant from grade 1 up, as trec_eval has it; the grade itself stays. */
function tellGrade(
  queryId: string, productId: string, grade: unknown, [query, product, score]: readonly [string, string, string], at: Place, sink: Sink,
): void {
  if (!needs(queryId, query, 'a judgement is of a query', at, sink) || !needs(productId, product, 'a judgement is of a document', at, sink)) return
  const told = number(grade) ?? Number.NaN
  const label: EsciLabel = told >= 1 ? 'E' : 'I'
  if (Number.isFinite(told)) sink.judgement({ queryId, productId, label, grade: told }, at)
  else sink.reject(at, score, `the grade is "${shown(grade)}"; a number is needed, 1 and more for relevant`)
}

