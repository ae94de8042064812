// The bar at the top: what this is, the places of the workbench, and where the run stands from anywhere.
import type { KeyboardEvent } from 'react'
import { useRun, useView, useWorkbench } from '../parts/stores.ts'
import { PLACES, type Place } from '../../state/inspect/view.ts'

const TITLES: Readonly<Record<Place, string>> = { train: 'Train', inspect: 'Inspect', runs: 'Runs', papers: 'Papers' }

/** The run in a few words, where its own panel is out of sight. */
function Standing() {
  const { view } = useWorkbench()
  const place = useView((state) => state.place)
  const phase = useRun((state) => state.phase)
  const done = useRun((state) => state.run.done)
  const total = useRun((state) => state.run.planned)
  if (place === 'train' || phase === 'idle') return null
  return (
    <button type="button" className="plain top-standing" onClick={() => view.setPlace('train')}>
      <span className={`phase phase-${phase}`}>{phase === 'running' ? 'training' : phase}</span>{total > 0 && ` · step ${done} of ${total}`}
    </button>
  )
}

export function TopBar() {
  const { shell, view } = useWorkbench()
  const place = useView((state) => state.place)
  const press = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (by === 0) return
    // the place that comes listens to arrows too
    event.preventDefault()
    const next = PLACES[(PLACES.indexOf(place) + by + PLACES.length) % PLACES.length]!
    view.setPlace(next)
    document.getElementById(`place-${next}`)?.focus()
  }
  return (
    <header className="top">
      <h1>Rec-R1 Workbench</h1>
      <nav aria-label="Places" className="places">
        {PLACES.map((name) => (
          <button key={name} type="button" id={`place-${name}`} aria-current={place === name ? 'page' : undefined} onKeyDown={press} onClick={() => view.setPlace(name)}>
            {TITLES[name]}
          </button>
        ))}
      </nav>
      <div className="top-end">
        <Standing />
        <button type="button" className="button small" aria-keyshortcuts="?" onClick={() => shell.showHelp('top')}>Help</button>
      </div>
    </header>
  )
}
