// What the table of queries shows, and what can be done with it.
import type { StoreApi } from 'zustand/vanilla'
import type { Compared } from '../../client/compare.ts'
import type { Split } from '../../domain/dataset.ts'
import type { RunEvent } from '../../experiment/events.ts'
import type { Job } from './jobs.ts'
import type { Outcome, QueryRows, RowChoice, RowValues, TableMetric } from './queryRows.ts'
import type { System } from './systems.ts'

export interface QueryTableState extends RowChoice {
  readonly split: Split
  /** ids of the systems that are compared */
  readonly a: string
  readonly b: string
  /** until a person chooses, the table follows the run */
  readonly following: boolean
  readonly systems: readonly System[]
  readonly metric: TableMetric
  readonly table: QueryRows
  readonly values: RowValues
  /** places of the rows that are shown, in their order */
  readonly order: Int32Array
  /** over the rows of the chosen domain, whatever else is filtered */
  readonly outcomes: Readonly<Record<Outcome | 'unknown', number>>
  /** the same rows resampled; undefined while that is under way, and where nothing is paired */
  readonly compared: Compared | undefined
  /** id of the chosen query */
  readonly selected: string | undefined
  readonly notes: ReadonlyMap<string, string>
  /** an evaluation or an export under way */
  readonly job: Job | undefined
  readonly failure: string | undefined
}

export interface QueryTable extends StoreApi<QueryTableState> {
  /** Takes an event of the page's run. */
  readonly hear: (event: RunEvent) => void
  /** Keeps the rows up to date until the returned function is called: a table that nobody sees costs nothing. */
  readonly watch: () => () => void
  readonly choose: (what: Partial<Pick<QueryTableState, 'split' | 'a' | 'b'>>) => void
  readonly show: (what: Partial<RowChoice & Pick<QueryTableState, 'metric'>>) => void
  /** Selects a query, and has it inspected. */
  readonly select: (id: string) => void
  /** Selects the query `by` rows further; it is inspected once the person rests there. */
  readonly move: (by: number) => void
  /** Has every query of the split, or those that the other system answered, answered by a system that can be asked. */
  readonly evaluate: (system: string) => void
  readonly cancel: () => void
  readonly note: (id: string, text: string) => void
  /** Hands a side's rankings to `save` as a TREC run. */
  readonly saveRun: (side: 'a' | 'b', save: (name: string, file: Blob) => void) => Promise<void>
}
