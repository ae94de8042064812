// Where a person points along a run: one cursor for every chart, and the step that a click pinned everywhere.
import { createStore, type StoreApi } from 'zustand/vanilla'

/** What the charts' x axis counts: optimiser steps, tokens trained on or sampled so far, or seconds since the run began. */
export type ChartAxis = 'step' | 'tokens' | 'wall'

export interface CursorState {
  /** the step under the pointer, in any chart */
  readonly hover: number | undefined
  /** the step that a click pinned: charts mark it, the inspector's replay and rollouts show it */
  readonly pinned: number | undefined
  readonly axis: ChartAxis
  /** logarithmic y axes */
  readonly log: boolean
  /** the stretch of steps that every chart shows; undefined shows all */
  readonly range: readonly [from: number, to: number] | undefined
}

export type Cursor = StoreApi<CursorState>

export function createCursor(): Cursor {
  return createStore<CursorState>(() => ({ hover: undefined, pinned: undefined, axis: 'step', log: false, range: undefined }))
}
