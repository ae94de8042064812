// A kept run played again in its charts: play, pause, a place to move to, and a speed in events a second.
import { useEffect, useId, useMemo } from 'react'
import { useStore } from 'zustand'
import { settingsFrom } from '../../state/run/kept.ts'
import { SPEEDS } from '../../state/runs/playback.ts'
import type { RunRecord } from '../../state/runs/runs.ts'
import { CurveGrid } from '../charts/CurveGrid.tsx'
import { count } from '../parts/format.ts'
import { useRuns, useWorkbench } from '../parts/stores.ts'

export function Playback({ run }: { readonly run: RunRecord }) {
  const { runs } = useWorkbench()
  const { playback } = runs
  const { id, at, of, perSecond, playing, state, fault } = useStore(playback)
  const opening = useRuns((all) => all.opening.has(run.id))
  const [scrub, speed] = [useId(), useId()]
  // nobody sees it once it is out of sight
  useEffect(() => () => playback.pause(), [playback])
  const settings = useMemo(() => settingsFrom(run.settings), [run.settings])
  const charted = useMemo(() => [{ id: run.id, name: run.name, state, settings }], [run.id, run.name, state, settings])
  if (id !== run.id) {
    return (
      <p>
        <button type="button" className="button" disabled={opening || run.events.count === 0} onClick={() => void runs.replay(run.id, perSecond)}>
          {opening ? 'Reading its events …' : 'Replay'}
        </button>{' '}
        <span className="quiet">Feeds the run’s events into the charts again.</span>
      </p>
    )
  }
  return (
    <section className="playback" aria-label="Replay">
      <div className="runs-bar">
        <button type="button" className="button" onClick={playing ? playback.pause : playback.play}>{playing ? 'Pause' : at >= of ? 'Play again' : 'Play'}</button>
        <label htmlFor={scrub} className="visually-hidden">Event</label>
        <input
          id={scrub} type="range" min={0} max={of} step={1} value={at} aria-valuetext={`event ${at} of ${of}, step ${state.done}`}
          onChange={({ currentTarget }) => playback.seek(currentTarget.valueAsNumber)}
        />
        <span className="playback-at">event {count(at)} of {count(of)}, step {count(state.done)}</span>
        <label htmlFor={speed} className="visually-hidden">Speed</label>
        <select id={speed} value={perSecond} onChange={({ currentTarget }) => playback.setSpeed(Number(currentTarget.value))}>
          {[...new Set([...SPEEDS, perSecond])].toSorted((a, b) => a - b).map((events) => <option key={events} value={events}>{events} events/s</option>)}
        </select>
        <button type="button" className="plain" onClick={playback.stop}>Close</button>
      </div>
      {fault !== undefined && <p className="notice bad" role="alert">{fault}</p>}
      <CurveGrid runs={charted} />
    </section>
  )
}
