// Which run is looked back on: the page's own, or a kept one of the same data.
import { useEffect, useId } from 'react'
import { lookBackOn } from '../../state/inspect/replay.ts'
import { useLibrary, useReplay, useRun, useRuns, useWorkbench } from '../parts/stores.ts'

export function Subject() {
  const { replay, runs } = useWorkbench()
  const id = useId()
  const looked = useRuns((state) => state.looked)
  const subject = useReplay((state) => state.subject)
  const own = useRun((state) => state.record?.id)
  const hash = useLibrary((state) => state.shop?.dataset.hash)
  const records = useRuns((state) => state.records)
  const kept = lookBackOn(records, hash).filter((record) => record.id !== own)
  // a run that was deleted can't be looked back on
  const gone = looked && subject !== 'live' && !kept.some((record) => record.id === subject)
  useEffect(() => { if (!looked) void runs.look() }, [runs, looked])
  useEffect(() => { if (gone) replay.choose('live') }, [replay, gone])
  if (kept.length === 0) return null
  return (
    <span className="replay-subject">
      <label htmlFor={id} className="quiet">of</label>
      <select id={id} value={subject} onChange={(event) => replay.choose(event.currentTarget.value)}>
        <option value="live">this page’s run</option>
        {kept.map((record) => <option key={record.id} value={record.id}>{record.name}</option>)}
      </select>
    </span>
  )
}
