// The curves of the run of the page; loaded once there is a run, or before by whoever expects one.
import { lazy, Suspense, useMemo } from 'react'
import { useRun } from '../parts/stores.ts'

const CurveGrid = lazy(async () => ({ default: (await import('./CurveGrid.tsx')).CurveGrid }))

export function LiveCurves() {
  const state = useRun((store) => store.run)
  const settings = useRun((store) => store.settings)
  const runs = useMemo(() => [{ id: 'live', name: 'this run', state, settings }], [state, settings])
  return <Suspense fallback={<p className="waiting">one moment …</p>}><CurveGrid runs={runs} /></Suspense>
}
