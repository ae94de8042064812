// What the table's measures, filters and columns are called.
import type { RowFilter, TableColumn, TableMetric } from '../../state/queries/queryRows.ts'

export const METRIC_WORDS: Readonly<Record<TableMetric, string>> = { 'ndcg@10': 'NDCG@10', 'ndcg@100': 'NDCG@100', 'recall@10': 'Recall@10' }

export const FILTER_WORDS: Readonly<Record<RowFilter, string>> = {
  all: 'all', improved: 'improved', worse: 'worse', same: 'same', failed: 'failed', noted: 'with notes',
}

export const COLUMN_WORDS: Readonly<Record<TableColumn, string>> = {
  query: 'Query', domain: 'Domain', a: 'A', b: 'B', delta: 'B − A', format: 'Format', judged: 'Judged', unjudged: 'Unjudged', note: 'Note',
}

export const OUTCOMES = { win: { mark: '▲', word: 'better' }, tie: { mark: '=', word: 'same' }, loss: { mark: '▼', word: 'worse' } } as const

/** The orders of a table too narrow for a header: column and way. */
export const ORDER_WORDS: readonly (readonly [value: string, word: string])[] = [
  ['delta up', 'largest loss first'], ['delta down', 'largest gain first'], ['query up', 'A to Z'], ['domain up', 'by domain'], ['a down', 'best of A first'], ['a up', 'worst of A first'],
  ['b down', 'best of B first'], ['b up', 'worst of B first'], ['format up', 'failed first'], ['judged down', 'most judged first'], ['unjudged down', 'most unjudged first'], ['note up', 'with notes first'],
]
