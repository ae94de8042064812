// What the run warns of, in words, the newest first; and what happened when it failed.
import { count, size } from '../parts/format.ts'
import { bytesOf, saveBlob, saveZip } from '../parts/save.ts'
import { useRun, useWorkbench } from '../parts/stores.ts'

const SHOWN = 3

export function Alarms() {
  const alarms = useRun((state) => state.run.alarms)
  if (alarms.length === 0) return null
  const newest = alarms.toReversed()
  const line = ({ step, message }: (typeof alarms)[number]) => (
    <li key={`${step} ${message}`}><span className="quiet">step {count(step)}</span> {message}</li>
  )
  return (
    <div className="notice warn" role="status" aria-label="Alarms">
      <ul>{newest.slice(0, SHOWN).map(line)}</ul>
      {newest.length > SHOWN && <details><summary>{newest.length - SHOWN} earlier</summary><ul>{newest.slice(SHOWN).map(line)}</ul></details>}
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
  const fault = useRun((state) => state.addressFault)
  if (failure === undefined) return fault === undefined ? null : <p className="notice warn" role="alert">{fault}</p>
  return (
    <div className="notice bad" role="alert">
      <p><strong>The run stopped.</strong> {failure.message}</p>
      <p>{failure.kept}</p>
      {stopped && <><KeptPolicy /><button type="button" className="button" onClick={run.startAgain}>Start again</button></>}
    </div>
  )
}
