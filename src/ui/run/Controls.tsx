// Train, Pause, Step, Reset, the choice of preset, and where the run stands.
import { useId } from 'react'
import { differences, PRESETS } from '../../domain/config.ts'
import { isUnderWay, type Phase } from '../../state/run.ts'
import { count, duration } from '../parts/format.ts'
import { useLibrary, useRun, useWorkbench } from '../parts/stores.ts'

const SAID: Readonly<Record<Phase, string>> = {
  idle: 'ready', preparing: 'preparing', running: 'training', stopping: 'measuring what was reached', interrupted: 'interrupted', stepping: 'doing one step', pausing: 'finishing what is under way', paused: 'paused',
  finished: 'finished', failed: 'stopped',
}

/** Rollouts that the recommender failed on: they earned nothing, and took no part in their groups. */
function Unranked() {
  const failed = useRun((state) => state.run.steps.reduce((sum, { failed: { rollouts } }) => sum + rollouts, 0))
  const reason = useRun((state) => state.run.steps.findLast(({ failed: { reason: why } }) => why !== undefined)?.failed.reason)
  if (failed === 0) return null
  return <span className="fault" title={reason}> · {count(failed)} {failed === 1 ? 'rollout' : 'rollouts'} without a ranking</span>
}

function Standing() {
  const phase = useRun((state) => state.phase)
  const done = useRun((state) => state.run.done)
  const total = useRun((state) => state.run.planned)
  const stage = useRun((state) => state.run.stage)
  const before = useRun((state) => state.run.tests.before !== undefined)
  const stepMs = useRun((state) => state.run.steps.slice(-8).reduce((sum, { ms }, _, all) => sum + ms / all.length, 0))
  const left = (total - done) * stepMs / 1000
  const measuring = isUnderWay(phase) && phase !== 'preparing' && (!before || (total > 0 && done === total))
  return (
    <div className="standing">
      <p>
        <span className={`phase phase-${phase}`} role="status">{SAID[phase]}</span>
        {total > 0 && <span> · {stage === 'sft' ? 'imitation, ' : ''}step {done} of {total}</span>}
        <Unranked />
        {measuring && <span className="quiet"> · measuring on the test queries</span>}
        {stepMs > 0 && left > 0 && isUnderWay(phase) && (
          <span className="quiet"> · {(stepMs / 1000).toFixed(1)} s a step · about {duration(left)} left</span>
        )}
      </p>
      <progress max={Math.max(1, total)} value={done} aria-label="Steps done" />
    </div>
  )
}

function PresetChoice({ locked }: { readonly locked: boolean }) {
  const { run } = useWorkbench()
  const settings = useRun((state) => state.settings)
  const id = useId()
  const changed = differences(settings).length
  return (
    <p className="preset">
      <label htmlFor={id}>Preset</label>
      <select id={id} value={settings.preset} disabled={locked} onChange={(event) => run.change('preset', event.currentTarget.value)}>
        {Object.keys(PRESETS).map((name) => <option key={name}>{name}</option>)}
      </select>
      {changed > 0 && <span className="badge">{changed} changed</span>}
    </p>
  )
}

export function Controls() {
  const { run } = useWorkbench()
  const phase = useRun((state) => state.phase)
  const able = useRun((state) => state.engine.is !== 'absent')
  const loaded = useLibrary((state) => state.shop !== undefined && state.reading === undefined)
  const going = phase === 'running' || phase === 'preparing'
  const ready = able && loaded
  return (
    <div className="controls">
      <div className="buttons" role="group" aria-label="Run">
        <button type="button" className="button primary" disabled={!ready || going || phase === 'stepping'} onClick={run.train}>Train</button>
        <button type="button" className="button" disabled={!going && phase !== 'stepping'} onClick={run.pause}>Pause</button>
        <button type="button" className="button" disabled={!ready || going || phase === 'stepping'} onClick={run.step}>Step</button>
        <button type="button" className="button" disabled={phase === 'idle'} onClick={run.reset}>Reset</button>
      </div>
      <PresetChoice locked={isUnderWay(phase)} />
      <Standing />
    </div>
  )
}
