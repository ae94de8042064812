// One kept run in full: what it was, what came of it, where one can go on from it, and the machine it ran on.
import { useState, type ReactNode } from 'react'
import { bytesOfRun, outcomeOf, summaryIn } from '../../state/runList.ts'
import type { RunRecord } from '../../state/runs.ts'
import { count, duration, pValue, score, signed, size } from '../parts/format.ts'
import { saveBlob } from '../parts/save.ts'
import { useRuns, useWorkbench } from '../parts/stores.ts'
import { RunName } from './RunName.tsx'
import { Status } from './Status.tsx'
import { Tags } from './Tags.tsx'
import { useLiveSteps } from './live.ts'
import { when } from './when.ts'

function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="run-facts">{children}</dl>
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>
}

function Result({ run }: { readonly run: RunRecord }) {
  const outcome = outcomeOf(run)
  if (outcome === undefined) return <>not measured{run.status === 'finished' ? '' : ': the run has not ended'}</>
  const { original, start, after, gain, low, high, p } = outcome
  const side = p >= 0.05 ? 'level' : gain > 0 ? 'better' : 'worse'
  return (
    <>
      original {score(original)} → start {score(start)} → trained <strong>{score(after)}</strong>,{' '}
      <span className={`delta ${side}`}>{signed(gain)}</span> on the start <small>(95 % {signed(low)} to {signed(high)}, p {p < 0.001 ? '' : '= '}{pValue(p)})</small>
    </>
  )
}

function Head({ run }: { readonly run: RunRecord }) {
  const { runs } = useWorkbench()
  const [renaming, setRenaming] = useState(false)
  const doing = useRuns((state) => state.doing)
  const save = async (): Promise<void> => {
    const packed = await runs.pack(run.id)
    if (packed !== undefined) saveBlob(packed.name, packed.blob)
  }
  return (
    <>
      <div className="run-title">
        {renaming
          ? <RunName name={run.name} onDone={(next) => { setRenaming(false); if (next !== undefined) void runs.rename(run.id, next) }} />
          : <h3 title={run.name}>{run.name}</h3>}
        <Status status={run.status} />
      </div>
      <p className="row run-acts">
        <button type="button" className="button" disabled={doing !== undefined} onClick={() => void save()}>Export as one file</button>
        <button type="button" className="button" onClick={() => setRenaming(true)}>Rename</button>
        <button type="button" className="button danger" onClick={() => void runs.remove(run.id)}>Delete</button>
      </p>
    </>
  )
}

export function RunDetail({ id }: { readonly id: string }) {
  const run = useRuns((state) => state.records.find((record) => record.id === id))
  const live = useLiveSteps(id)
  if (run === undefined) return <p className="waiting">This run is no longer kept.</p>
  const seconds = summaryIn(run)?.seconds
  return (
    <article className="run-detail" aria-label={`Run ${run.name}`}>
      <Head run={run} />
      <Tags run={run} />
      <Facts>
        <Fact name="Test NDCG@10"><Result run={run} /></Fact>
        <Fact name="Steps">{count(live?.done ?? run.done)} of {count(live?.planned ?? run.planned)}{seconds === undefined ? '' : `, ${duration(seconds)}`}</Fact>
        <Fact name="Data">{run.dataset.name} <code title={run.dataset.hash}>{run.dataset.hash.slice(0, 12)}</code></Fact>
        <Fact name="Policy">{run.policy}</Fact>
        <Fact name="Recommender">{run.recommender}</Fact>
        <Fact name="Begun"><time dateTime={new Date(run.createdAt).toISOString()}>{when(run.createdAt)}</time></Fact>
        <Fact name="Kept">{size(bytesOfRun(run))}: {count(run.events.count)} events ({size(run.events.bytes)}), {count(run.checkpoints.length)} checkpoints</Fact>
        {run.parent !== undefined && <Fact name="Goes on from">{run.parent.name}, step {count(run.parent.step)}</Fact>}
      </Facts>
    </article>
  )
}
