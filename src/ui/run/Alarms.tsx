// What the run warns of, in words, the newest first; and what happened when it failed.
import { useEffect, useState } from 'react'
import { count, size } from '../parts/format.ts'
import { useRun, useWorkbench } from '../parts/stores.ts'

const SHOWN = 3

export function Alarms() {
  const alarms = useRun((state) => state.run.alarms)
  if (alarms.length === 0) return null
  const newest = alarms.toReversed()
  const line = ({ step, message }: (typeof alarms)[number]) => <li key={`${step} ${message}`}><span className="quiet">step {count(step)}</span> {message}</li>
  return (
    <div className="notice warn" role="status" aria-label="Alarms">
      <ul>{newest.slice(0, SHOWN).map(line)}</ul>
      {newest.length > SHOWN && <details><summary>{newest.length - SHOWN} earlier</summary><ul>{newest.slice(SHOWN).map(line)}</ul></details>}
    </div>
  )
}

/** Links that save the best policy's files from memory. */
export function KeptPolicy() {
  const kept = useRun((state) => state.kept)
  const [links, setLinks] = useState<readonly { readonly name: string; readonly href: string; readonly bytes: number }[]>([])
  useEffect(() => {
    if (kept === undefined) return setLinks([])
    const made = kept.files.map(({ name, bytes }) => ({ name, href: URL.createObjectURL(new Blob([bytes])), bytes: bytes.byteLength }))
    setLinks(made)
    return () => made.forEach(({ href }) => URL.revokeObjectURL(href))
  }, [kept])
  if (kept === undefined) return null
  return (
    <p className="kept">
      Best policy, step {count(kept.step)}:{' '}
      {links.map(({ name, href, bytes }) => <a key={name} href={href} download={name}>{name} <small>{size(bytes)}</small></a>)}
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
      {stopped && <button type="button" className="button" onClick={run.startAgain}>Start again</button>}
    </div>
  )
}
