// The sheet "Compare with …": what else may answer the queries beside the policy, how it met them, and where more of it comes from.
import { useEffect } from 'react'
import { Sheet } from '../parts/Sheet.tsx'
import { PENDING } from '../../state/inspect/sources.ts'
import { useSources, useWorkbench } from '../parts/stores.ts'
import { AddFiles } from './AddFiles.tsx'
import { AddModel } from './AddModel.tsx'
import { Kept } from './Kept.tsx'
import './sources.css'

function Doing() {
  const doing = useSources((state) => state.doing)
  // a model tells more of itself where it is added
  const model = useSources((state) => state.models.has(PENDING))
  if (doing === undefined || model) return null
  return (
    <p className="sources-doing" role="status">
      <span>Reading {doing.what} …</span>
      {doing.share !== undefined && <progress value={doing.share} aria-label={`Reading ${doing.what}`} />}
    </p>
  )
}

export function Sources() {
  const { sources } = useWorkbench()
  const records = useSources((state) => state.records)
  const failure = useSources((state) => state.failure)
  // a folder that was not taken is not offered for ever
  useEffect(() => () => sources.withdrawFolder(), [sources])
  return (
    <Sheet title="Compare with …" onClose={sources.close} className="sources-sheet">
      <p className="quiet">What answers here can stand as a column of the inspector, and be measured against the policy in the table of queries.</p>
      {failure !== undefined && <p role="alert" className="notice bad">{failure}</p>}
      <Doing />
      {records.length > 0 && (
        <ul className="sources-list" aria-label="Kept for comparison">
          {records.map((record) => <Kept key={record.id} record={record} />)}
        </ul>
      )}
      <div className="sources-ways">
        <AddFiles />
        <AddModel />
      </div>
    </Sheet>
  )
}
