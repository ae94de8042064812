// Where a person points along a run: one cursor for every chart, and the step that a click pinned everywhere.
import { createStore, type StoreApi } from 'zustand/vanilla'
import { becameAnother } from './run/another.ts'
import type { Run } from './run/run.ts'

/** What the charts' x axis counts: optimiser steps, tokens trained on or sampled so far, or seconds of work since the run began, pauses left out. */
export type ChartAxis = 'step' | 'tokens' | 'wall'

export interface CursorState {
  /** the step under the pointer, in any chart */
  readonly hover: number | undefined
  /** the step that a click pinned: charts mark it, the inspector's replay and rollouts show it */
  readonly pinned: number | undefined
  readonly axis: ChartAxis
  /** logarithmic y axes */
  readonly log: boolean
  /** y axes are made for the bulk of the values; what lies far out is clipped, and counted */
  readonly ignoreOutliers: boolean
  /** the stretch of steps that every chart shows; undefined shows all */
  readonly range: readonly [from: number, to: number] | undefined
}

export interface Cursor extends StoreApi<CursorState> {
  readonly point: (step: number | undefined) => void
  /** Pins a step; the pinned one again lets it go. */
  readonly pin: (step: number) => void
  readonly unpin: () => void
  /** Shows the steps between two, in either order; two that are the same change nothing. */
  readonly show: (one: number, other: number) => void
  readonly showAll: () => void
}

export function createCursor(): Cursor {
  const store = createStore<CursorState>(() => ({
    hover: undefined, pinned: undefined, axis: 'step', log: false, ignoreOutliers: false, range: undefined,
  }))
  const { getState, setState } = store
  return {
    ...store,
    point: (hover) => { if (hover !== getState().hover) setState({ hover }) },
    pin: (step) => setState({ pinned: getState().pinned === step ? undefined : step }),
    unpin: () => setState({ pinned: undefined }),
    show: (one, other) => { if (one !== other) setState({ range: one < other ? [one, other] : [other, one] }) },
    showAll: () => setState({ range: undefined }),
  }
}

/** Steps of one run are none of the next: what points at them is let go when another one is shown. Axes stay as they are chosen. */
export function letGoWith(run: Pick<Run, 'subscribe'>, cursor: Cursor): void {
  run.subscribe((now, before) => {
    if (becameAnother(now, before)) cursor.setState({ hover: undefined, pinned: undefined, range: undefined })
  })
}
