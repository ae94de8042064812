// What drives the run: Train or Go on, Pause, Step, Stop, Reset, and a new run from one of its checkpoints.
import { lazy, Suspense } from 'react'
import { latestCheckpoint } from '../../state/run/kept.ts'
import { useLibrary, useRun, useWorkbench } from '../parts/stores.ts'
import { Standing } from './Standing.tsx'

const ForkMenu = lazy(async () => ({ default: (await import('./ForkMenu.tsx')).ForkMenu }))

/** The one button that goes on with the run that is shown. */
export function GoOn({ primary = false }: { readonly primary?: boolean }) {
  const { run } = useWorkbench()
  const record = useRun((state) => state.record)
  const able = useRun((state) => state.engine.is !== 'absent')
  const checkpoint = record && latestCheckpoint(record)
  if (record === undefined || checkpoint === undefined) return null
  const said = checkpoint.stage === 'sft' ? `imitation step ${checkpoint.step}` : `step ${checkpoint.step}`
  return <button type="button" className={primary ? 'button primary' : 'button'} disabled={!able} onClick={() => void run.resume(record.id)}>Go on from {said}</button>
}

export function Controls() {
  const { run } = useWorkbench()
  const phase = useRun((state) => state.phase)
  const able = useRun((state) => state.engine.is !== 'absent')
  const loaded = useLibrary((state) => state.shop !== undefined && state.reading === undefined)
  const forkable = useRun((state) => (state.record?.checkpoints.length ?? 0) > 0)
  const going = phase === 'running' || phase === 'preparing' || phase === 'stopping'
  const ready = able && loaded
  const interrupted = phase === 'interrupted'
  return (
    <div className="controls">
      <div className="buttons" role="group" aria-label="Run">
        {interrupted ? <GoOn primary /> : <button type="button" className="button primary" disabled={!ready || going || phase === 'stepping'} onClick={run.train}>Train</button>}
        <button type="button" className="button" disabled={!going && phase !== 'stepping'} onClick={run.pause}>Pause</button>
        <button type="button" className="button" disabled={!ready || going || interrupted || phase === 'stepping'} onClick={run.step}>Step</button>
        <button
          type="button" className="button" title="Ends training here, and measures what was reached" onClick={run.stop}
          disabled={phase !== 'running' && phase !== 'stepping' && phase !== 'pausing' && phase !== 'paused'}
        >
          Stop
        </button>
        <button type="button" className="button" title="Gives the run up; it stays kept under Runs" disabled={phase === 'idle'} onClick={run.reset}>Reset</button>
        {forkable && <Suspense fallback={null}><ForkMenu /></Suspense>}
      </div>
      <Standing />
    </div>
  )
}
