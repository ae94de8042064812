// A policy on its way into this browser: how far it is, how fast it comes, how long it takes yet, and a way to stop it.
import { duration, percent, size } from '../parts/format.ts'
import { usePolicies, useWorkbench } from '../parts/stores.ts'

/** `named` says which policy it is, where nothing beside it does. */
export function Fetching({ named }: { readonly named: boolean }) {
  const { policies } = useWorkbench()
  const fetching = usePolicies((state) => state.fetching)
  if (fetching === undefined) return null
  const { id, from, file, bytes, of, bytesPerSecond, secondsLeft, stopping } = fetching
  const doing = from === 'hub' ? 'Fetching' : 'Copying'
  return (
    <div className="fetching">
      <p className="title" title={`${id} ${file}`}>{doing} {named ? id.slice(id.indexOf('/') + 1) : file}</p>
      <span className="fetching-share">{percent(Math.min(1, bytes / Math.max(1, of)))}</span>
      <progress max={Math.max(1, of)} value={bytes} aria-label={`${doing} ${id}`} />
      <p className="quiet">
        {size(bytes)} of {size(of)}
        {bytesPerSecond !== undefined && <> · {size(bytesPerSecond)}/s</>}
        {secondsLeft !== undefined && <> · {duration(secondsLeft)} left</>}
      </p>
      <button type="button" className="plain" disabled={stopping} onClick={() => void policies.stop()}>{stopping ? 'Stopping' : 'Stop'}</button>
    </div>
  )
}
