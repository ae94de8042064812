// The runs that this browser keeps: listed, compared, named, taken elsewhere.
import { useEffect, useId, useRef } from 'react'
import { useRuns, useWorkbench } from '../parts/stores.ts'
import { Room } from './Room.tsx'
import { RunList } from './RunList.tsx'
import { RunsNotice } from './RunsNotice.tsx'
import { RunsPanel } from './RunsPanel.tsx'
import { RunsToolbar } from './RunsToolbar.tsx'
import './runs.css'

function Empty() {
  const { view } = useWorkbench()
  return (
    <div className="runs-empty">
      <h3>No run is kept yet</h3>
      <p>
        Every run that you train is kept here by itself: settings, events, checkpoints and the machine it ran on. Train one, or drop a run that was
        exported elsewhere anywhere on the page.
      </p>
      <p className="runs-bar">
        <button type="button" className="button primary" onClick={() => view.setPlace('train')}>Go to Train</button>
        <ImportButton />
      </p>
    </div>
  )
}

/** Chooses exported runs; drops reach the same. */
function ImportButton() {
  const { runs } = useWorkbench()
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button type="button" className="button" onClick={() => input.current?.click()}>Import run …</button>
      <input
        ref={input} type="file" accept=".zip,application/zip" multiple className="visually-hidden" tabIndex={-1} aria-label="Choose exported runs"
        onChange={async ({ currentTarget }) => {
          const files = [...currentTarget.files ?? []]
          currentTarget.value = ''
          await runs.take(files)
        }}
      />
    </>
  )
}

export function RunsView() {
  const { runs } = useWorkbench()
  const heading = useId()
  const looked = useRuns((state) => state.looked)
  const none = useRuns((state) => state.records.length === 0)
  useEffect(() => {
    const look = (): void => { if (document.visibilityState === 'visible') void runs.look() }
    look()
    // another tab may have kept or removed runs
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [runs])
  return (
    <div className={`view runs ${none ? 'without' : ''}`}>
      <section className="panel runs-list-panel" aria-labelledby={heading}>
        <div className="runs-head">
          <h2 id={heading}>Runs</h2>
          {!none && <ImportButton />}
        </div>
        <RunsNotice />
        {!looked && <p className="waiting">reading the list …</p>}
        {looked && none && <Empty />}
        {!none && <><RunsToolbar /><RunList /><Room /></>}
      </section>
      {!none && <RunsPanel />}
    </div>
  )
}
