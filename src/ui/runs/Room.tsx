// How much of the browser's room the kept runs take, where it matters: below their list.
import { useEffect, useState } from 'react'
import { bytesOfRun } from '../../state/runs/runList.ts'
import { size } from '../parts/format.ts'
import { useRuns, useWorkbench } from '../parts/stores.ts'

export function Room() {
  const { runs } = useWorkbench()
  const records = useRuns((state) => state.records)
  const [free, setFree] = useState<number>()
  useEffect(() => {
    let wanted = true
    // a browser that does not say how much room there is leaves the second half of the sentence out
    void runs.service.room().then(({ used, quota }) => { if (wanted) setFree(quota - used) }, () => undefined)
    return () => { wanted = false }
  }, [runs, records.length])
  const bytes = records.reduce((sum, run) => sum + bytesOfRun(run), 0)
  return <p className="runs-room quiet">{records.length} {records.length === 1 ? 'run takes' : 'runs take'} {size(bytes)}{free !== undefined && free > 0 ? `; this browser has room for ${size(free)} more` : ''}.</p>
}
