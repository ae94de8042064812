// Where the run stands: phase and step, the time left, how fast it samples and trains, and what memory it takes.
import { useEffect, useMemo } from 'react'
import { needOf } from '../../state/policy/need.ts'
import { PACE_STEPS, paceOf } from '../../state/run/pace.ts'
import { isUnderWay, type Phase } from '../../state/run/run.ts'
import { count, duration, memory } from '../parts/format.ts'
import { useLongestPrompt, useProfiling, useRun, useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'

const SAID: Readonly<Record<Phase, string>> = {
  idle: 'ready', preparing: 'preparing', running: 'training', stepping: 'doing one step', pausing: 'finishing what is under way', paused: 'paused',
  stopping: 'stopping', finished: 'finished', failed: 'stopped', interrupted: 'interrupted',
}

/** Rollouts that the recommender failed on: they earned nothing, and took no part in their groups. */
function Unranked() {
  const { rollouts: failed, reason } = useRun((state) => state.run.unranked)
  if (failed === 0) return null
  return <span className="fault" title={reason}> · {count(failed)} {failed === 1 ? 'rollout' : 'rollouts'} without a ranking</span>
}

const LEFT = `Steps at the pace of the latest ${PACE_STEPS}, validations at that of the latest three, and the final test at that of the first one.`
const RATES = `Over the latest ${PACE_STEPS} steps: sampled tokens by the time of sampling, and completion tokens trained on by the time of the update.`
const MEMORY = 'Graphics memory: what the engine’s buffers take now, and what the plan of this run allows for at its peak.'

function Pace() {
  const run = useRun((state) => state.run)
  const settings = useRun((state) => state.settings)
  const phase = useRun((state) => state.phase)
  const { stepMs, sampledPerSecond, trainedPerSecond, leftMs, unknown } = paceOf(run, settings, phase === 'stopping')
  if (stepMs === undefined) return null
  const rates = [
    ...(sampledPerSecond === undefined ? [] : [`${count(sampledPerSecond)} sampled`]), ...(trainedPerSecond === undefined ? [] : [`${count(trainedPerSecond)} trained`]),
  ]
  const left = isUnderWay(phase) && leftMs !== undefined && leftMs > 0
  return (
    <>
      {left && (
        <span>
          <Term explain={LEFT}>{unknown.length === 0 ? 'about' : 'more than'} {duration(leftMs / 1000)} left</Term>
          {unknown.length > 0 && <small> without {unknown.join(' and ')}</small>}
        </span>
      )}
      <span>{(stepMs / 1000).toFixed(stepMs < 10_000 ? 1 : 0)} s a step</span>
      {rates.length > 0 && (
        <span><Term explain={RATES}>{rates.join(', ')} tokens/s</Term></span>
      )}
    </>
  )
}

/** Planned bytes of a run with these settings on the loaded policy. */
export function usePlanned(): number | undefined {
  const config = useRun((state) => (state.engine.is === 'ready' ? state.engine.loaded.config : undefined))
  const settings = useRun((state) => state.settings)
  const adapter = useRun((state) => state.adapter)
  const longest = useLongestPrompt()
  const of = useMemo(() => (config === undefined ? undefined : needOf(config, settings, adapter, longest)), [config, settings, adapter, longest])
  return of === undefined || of.total === 0 ? undefined : of.total
}

function Memory() {
  const { profiling } = useWorkbench()
  const now = useProfiling((state) => state.memory?.total)
  const planned = usePlanned()
  useEffect(() => profiling.watch(), [profiling])
  if (now === undefined) return null
  return <span><Term explain={MEMORY}>{memory(now)}{planned === undefined ? '' : ` of ${memory(planned)} planned`}</Term></span>
}

export function Standing() {
  const phase = useRun((state) => state.phase)
  const done = useRun((state) => state.run.done)
  const total = useRun((state) => state.run.planned)
  const stage = useRun((state) => state.run.stage)
  const before = useRun((state) => state.run.tests.before !== undefined)
  const started = useRun((state) => state.run.start !== undefined)
  const summary = useRun((state) => state.run.summary !== undefined)
  const testing = isUnderWay(phase) && phase !== 'preparing' && !summary && started && (!before || (total > 0 && done >= total) || phase === 'stopping')
  return (
    <div className="standing">
      <p>
        <span className={`phase phase-${phase}`} role="status">{SAID[phase]}</span>
        {total > 0 && <span> · {stage === 'sft' ? 'imitation, ' : ''}step {count(done)} of {count(total)}</span>}
        <Unranked />
        {testing && <span className="quiet"> · measuring on the test queries</span>}
      </p>
      {phase !== 'idle' && <progress max={Math.max(1, total)} value={done} aria-label="Steps done" />}
      <p className="pace"><Pace /><Memory /></p>
    </div>
  )
}
