// What the run warns of, in words, the newest first, until it is put away; what happened when it failed; and what is not kept.
import { latestCheckpoint } from '../../state/run/kept.ts'
import { count, size } from '../parts/format.ts'
import { bytesOf, saveBlob, saveZip } from '../parts/save.ts'
import { useRun, useWorkbench } from '../parts/stores.ts'
import { GoOn } from './Controls.tsx'

const SHOWN = 3

export function Alarms() {
  const { run } = useWorkbench()
  const alarms = useRun((state) => state.run.alarms)
  const dismissed = useRun((state) => state.dismissed)
  if (alarms.length <= dismissed) return null
  const newest = alarms.slice(dismissed).toReversed()
  const line = ({ step, message }: (typeof alarms)[number]) => (
    <li key={`${step} ${message}`}><span className="quiet">step {count(step)}</span> {message}</li>
  )
  return (
    <div className="notice warn alarms" role="status" aria-label="Alarms">
      <ul>{newest.slice(0, SHOWN).map(line)}</ul>
      {newest.length > SHOWN && <details><summary>{newest.length - SHOWN} earlier</summary><ul>{newest.slice(SHOWN).map(line)}</ul></details>}
      <button type="button" className="plain" onClick={run.dismissAlarms}>Dismiss</button>
    </div>
  )
}

/** Saves the best policy's files, which are held on the page itself. */
export function KeptPolicy() {
  const kept = useRun((state) => state.kept)
  if (kept === undefined) return null
  return (
    <p className="kept">
      <span>Best policy, of step {count(kept.step)}:</span>
      {kept.files.map((file) => (
        <span key={file.name}>
          <button type="button" className="plain" onClick={() => saveBlob(file.name, new Blob([file.bytes]))}>Save {file.name}</button>
          {' '}<small>{size(bytesOf([file]))}</small>
        </span>
      ))}
      {kept.files.length > 1 && (
        <button type="button" className="plain" onClick={() => void saveZip(`best-of-step-${kept.step}.zip`, kept.files)}>All as .zip</button>
      )}
    </p>
  )
}

export function RunFailure() {
  const { run } = useWorkbench()
  const failure = useRun((state) => state.failure)
  const stopped = useRun((state) => state.phase === 'failed')
  const checkpoint = useRun((state) => (state.record === undefined ? undefined : latestCheckpoint(state.record)))
  const fault = useRun((state) => state.addressFault)
  if (failure === undefined) return fault === undefined ? null : <p className="notice warn" role="alert">{fault}</p>
  return (
    <div className="notice bad" role="alert">
      <p>{stopped && <strong>The run stopped. </strong>}{failure.message}</p>
      <p>{failure.kept}</p>
      {stopped && (
        <>
          <KeptPolicy />
          <p className="ways">
            {checkpoint !== undefined && <GoOn primary />}
            <button type="button" className="button" onClick={run.startAgain}>Start again</button>
          </p>
        </>
      )}
    </div>
  )
}

/** The store of runs failed: training goes on, and what would be lost is said. */
export function NotKept() {
  const fault = useRun((state) => state.keepingFault)
  if (fault === undefined) return null
  return <p className="notice warn" role="alert">{fault}. Training goes on; free room under Runs or Data sets, and it is tried again at the next checkpoint.</p>
}

/** The run that was under way when the page was left: where it stopped, and from where it goes on. */
export function Interrupted() {
  const { run } = useWorkbench()
  const interrupted = useRun((state) => state.phase === 'interrupted')
  const record = useRun((state) => state.record)
  const left = useRun((state) => state.left)
  const done = useRun((state) => state.run.done)
  const total = useRun((state) => state.run.planned)
  if (left !== undefined) {
    const at = latestCheckpoint(left)
    return (
      <div className="notice" role="status">
        <p>Run {left.name} was interrupted at step {count(left.done)} of {count(left.planned)}, under other settings than this address asks for.</p>
        <p className="ways">
          {at !== undefined && <button type="button" className="button small" onClick={() => void run.resume(left.id)}>Go on from step {count(at.step)}</button>}
          <button type="button" className="button small" onClick={run.forgetLeft}>Not now</button>
        </p>
      </div>
    )
  }
  const at = record && latestCheckpoint(record)
  if (!interrupted || record === undefined || at === undefined) return null
  const again = done - at.step
  return (
    <div className="notice interrupted" role="status">
      <p>
        <strong>{record.name}</strong> stopped at {total > 0 ? `step ${count(done)} of ${count(total)}` : 'its beginning'} when the page was left. Its last checkpoint, of step {count(at.step)} ({size(at.bytes)}),
        is kept{again > 0 ? `: the ${again === 1 ? 'step' : `${count(again)} steps`} after it will be done again, with the same result` : ''}.
      </p>
    </div>
  )
}
