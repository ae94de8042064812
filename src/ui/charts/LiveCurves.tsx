// The curves of the run of the page; loaded once there is a run, or before by whoever expects one.
import { lazy, Suspense, useMemo } from 'react'
import { useRun, useRuns } from '../parts/stores.ts'

const CurveGrid = lazy(async () => ({ default: (await import('./CurveGrid.tsx')).CurveGrid }))

export function LiveCurves() {
  const state = useRun((store) => store.run)
  const settings = useRun((store) => store.settings)
  // files that leave carry the run's name, as its record has it
  const id = useRun((store) => store.record?.id) ?? 'live'
  const name = useRuns((store) => store.records.find((record) => record.id === id)?.name) ?? 'this run'
  const runs = useMemo(() => [{ id, name, state, settings }], [id, name, state, settings])
  return <Suspense fallback={<p className="waiting">one moment …</p>}><CurveGrid runs={runs} /></Suspense>
}
