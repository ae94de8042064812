// The store of the runs that this browser keeps: their list, and those whose curves are drawn together.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { RunState } from '../experiment/reduce.ts'
import type { RunRecord } from '../client/runs.ts'

/** A run with its events read, as charts and tables draw it. */
export interface OpenedRun {
  readonly record: RunRecord
  readonly state: RunState
}

export interface RunsState {
  readonly records: readonly RunRecord[]
  /** runs whose events were read, by id */
  readonly opened: ReadonlyMap<string, OpenedRun>
  /** ids of the runs that are compared, in the order of their colours */
  readonly chosen: readonly string[]
  readonly failure: string | undefined
}

export type Runs = StoreApi<RunsState>

export function createRuns(): Runs {
  return createStore<RunsState>(() => ({ records: [], opened: new Map(), chosen: [], failure: undefined }))
}
