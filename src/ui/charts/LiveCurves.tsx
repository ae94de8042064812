// The curves of the run of the page. They are loaded once the page is usable: nobody waits for charts before there is anything to draw.
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { useRun } from '../parts/stores.ts'

const CurveGrid = lazy(async () => ({ default: (await import('./CurveGrid.tsx')).CurveGrid }))

/** After the policy is loaded, and at the latest while a large one still is. */
const AFTER_MS = 3000
const LATEST_MS = 20_000
let wanted = false

/** True once the page is usable, or a run has something to draw. */
function useDue(): boolean {
  const starting = useRun((store) => store.engine.is === 'starting')
  const begun = useRun((store) => store.run.start !== undefined)
  const [due, setDue] = useState(wanted)
  useEffect(() => {
    if (due) return undefined
    const timer = setTimeout(() => {
      wanted = true
      setDue(true)
    }, begun ? 0 : starting ? LATEST_MS : AFTER_MS)
    return () => clearTimeout(timer)
  }, [due, starting, begun])
  return due
}

export function LiveCurves() {
  const state = useRun((store) => store.run)
  const settings = useRun((store) => store.settings)
  const due = useDue()
  const runs = useMemo(() => [{ id: 'live', name: 'this run', state, settings }], [state, settings])
  const waiting = <p className="waiting">The curves of a run stand here as soon as it begins.</p>
  return due ? <Suspense fallback={waiting}><CurveGrid runs={runs} /></Suspense> : waiting
}
