// Checks that what a person points at along one run is not pointed at along the next.
import { expect, test } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { emptyRun, type RunState } from '../experiment/reduce.ts'
import { createCursor, letGoWith } from './cursor.ts'
import type { RunStoreState } from './run/run.ts'

const START = { type: 'start' } as unknown as NonNullable<RunState['start']>

function page() {
  const run = createStore(() => ({ run: emptyRun, record: undefined }) as unknown as RunStoreState)
  const cursor = createCursor()
  letGoWith(run, cursor)
  const change = (changed: object): void => run.setState(changed as Partial<RunStoreState>)
  change({ run: { ...emptyRun, start: START } })
  cursor.pin(40)
  cursor.show(30, 50)
  cursor.setState({ log: true })
  return { change, cursor }
}
const FREE = { pinned: undefined, range: undefined, log: true }
const HELD = { pinned: 40, range: [30, 50], log: true }

test('a pin and a range hold while the run goes on, is kept, and takes other settings', () => {
  const { change, cursor } = page()
  change({ record: { id: 'a' } })
  change({ run: { ...emptyRun, start: { ...START } } })
  change({ record: { id: 'a', done: 3 } })
  expect(cursor.getState()).toMatchObject(HELD)
})

test('they are let go when another run is shown, or none, and axes stay as they were chosen', () => {
  for (const next of [{ record: { id: 'b' } }, { record: undefined }, { run: emptyRun }]) {
    const { change, cursor } = page()
    change({ record: { id: 'a' } })
    change(next)
    expect(cursor.getState()).toMatchObject(FREE)
  }
})
