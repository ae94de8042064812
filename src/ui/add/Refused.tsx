// Rows that could not be used: by reason, the first hundred one by one, and all of them to save.
import { useState } from 'react'
import type { IngestReport } from '../../state/data/files.ts'
import { count } from '../parts/format.ts'
import { Cells, Checks } from '../parts/Figures.tsx'
import { saveBlob } from '../parts/save.ts'

export interface RefusedProps {
  readonly report: Pick<IngestReport, 'rejected' | 'rejectedCount' | 'rejectedBy'>
  /** every refused row as JSON lines */
  readonly all: () => Promise<Blob>
  readonly name: string
}

function SaveAll({ all, name, total }: { readonly all: RefusedProps['all']; readonly name: string; readonly total: number }) {
  const [fault, setFault] = useState<string>()
  const save = async (): Promise<void> => {
    try {
      saveBlob(`${name} refused rows.jsonl`, await all())
      setFault(undefined)
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <p>
      <button type="button" className="button" onClick={() => void save()}>Download all {count(total)} as JSON lines</button>
      {fault !== undefined && <span role="alert" className="fault"> {fault}</span>}
    </p>
  )
}

export function Refused({ report: { rejected, rejectedCount, rejectedBy }, all, name }: RefusedProps) {
  if (rejectedCount === 0) return <p className="quiet">Every row could be used.</p>
  const reasons = Object.entries(rejectedBy).toSorted(([, a], [, b]) => b - a)
  return (
    <section className="refused" aria-label="Refused rows">
      <Checks
        title={`${count(rejectedCount)} ${rejectedCount === 1 ? 'row' : 'rows'} refused, by reason`}
        checks={reasons.map(([name, value]) => ({ name, value, of: rejectedCount }))}
      />
      <Cells
        className="refused-rows" columns={['File', 'Row', 'Column', 'What stands there, and what helps']}
        caption={rejectedCount > rejected.length ? `The first ${count(rejected.length)}` : 'Row by row'}
        rows={rejected.map(({ file, row, column, reason }) => [file, count(row), column, reason])}
      />
      <SaveAll all={all} name={name} total={rejectedCount} />
    </section>
  )
}
