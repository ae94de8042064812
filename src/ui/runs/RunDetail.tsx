// One kept run in full: what it was, what came of it, where one can go on from it, and the machine it ran on.
import { useState, type ReactNode } from 'react'
import { isUnderWay } from '../../state/run/run.ts'
import { bytesOfRun, outcomeOf, summaryIn } from '../../state/runs/runList.ts'
import { WHOLE_RUN, type RunRecord } from '../../state/runs/runs.ts'
import { againstPreset, shownEnvironment, valueText } from '../../state/runs/settingsDiff.ts'
import { count, duration, pValue, score, signed, size } from '../parts/format.ts'
import { saveBlob } from '../parts/save.ts'
import { Sideways } from '../parts/Sideways.tsx'
import { Term } from '../parts/Term.tsx'
import { useRun, useRuns, useWorkbench } from '../parts/stores.ts'
import { canGoOn, Checkpoints } from './Checkpoints.tsx'
import { Playback } from './Playback.tsx'
import { RunName } from './RunName.tsx'
import { Status } from './Status.tsx'
import { Tags } from './Tags.tsx'
import { useLiveSteps } from './live.ts'
import { when } from './when.ts'

function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="run-facts">{children}</dl>
}

function Fact({ name, children }: { readonly name: ReactNode; readonly children: ReactNode }) {
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
      <span className={`gain-sign ${side}`}>{signed(gain)}</span> on the start <small>(95 % {signed(low)} to {signed(high)}, p {p < 0.001 ? '' : '= '}{pValue(p)})</small>
    </>
  )
}

/** What a person should know before going on with it. */
function Warnings({ run: { damage, writer, interrupted, repaired, checkpoints } }: { readonly run: RunRecord }) {
  return (
    <>
      {damage !== undefined && <p className="notice bad">It cannot be opened: {damage}</p>}
      {writer === 'elsewhere' && <p className="notice">It is under way in another tab: here it can be looked at, and nothing of it can be changed.</p>}
      {interrupted === true && <p className="notice warn">It was left while it was under way, by a closed tab or a crash. Everything up to its last event is kept{checkpoints.length > 0 ? '; Go on continues from its last checkpoint' : ', and no checkpoint had been reached'}.</p>}
      {repaired !== undefined && <p className="notice">{repaired}</p>}
    </>
  )
}

function Parent({ parent: { id, name, step } }: { readonly parent: NonNullable<RunRecord['parent']> }) {
  const { runs } = useWorkbench()
  const here = useRuns((state) => state.records.some((record) => record.id === id))
  return <>{here ? <button type="button" className="plain" onClick={() => runs.show(id)}>{name}</button> : `${name} (not kept here)`}, step {count(step)}</>
}

function Differences({ run }: { readonly run: RunRecord }) {
  const rows = againstPreset(run.settings)
  const preset = String(run.settings['preset'] ?? 'unknown')
  if (rows.length === 0) return <p className="quiet">As preset {preset} has them.</p>
  return (
    <Sideways label="Environment">
      <table className="run-table">
        <caption className="visually-hidden">Settings of this run that differ from its preset</caption>
        <thead><tr><th scope="col">Setting</th><th scope="col">This run</th><th scope="col">Preset {preset}</th></tr></thead>
        <tbody>
          {rows.map(({ name, unit, explanation, values: [value], preset: before }) => (
            <tr key={name}><th scope="row"><Term explain={explanation}>{name}</Term></th><td>{valueText(value, unit)}</td><td className="quiet">{valueText(before, unit)}</td></tr>
          ))}
        </tbody>
      </table>
    </Sideways>
  )
}

function Environment({ run }: { readonly run: RunRecord }) {
  return (
    <table className="run-table">
      <caption className="visually-hidden">Machine and versions that the run ran on</caption>
      <tbody>
        {Object.entries(shownEnvironment(run)).map(([name, value]) => (
          <tr key={name}><th scope="row">{name}</th><td className="value">{value}</td></tr>
        ))}
      </tbody>
    </table>
  )
}

function Note({ run }: { readonly run: RunRecord }) {
  const { runs } = useWorkbench()
  const on = Object.keys(run.notes).filter((id) => id !== WHOLE_RUN).length
  return (
    <>
      <textarea
        className="run-note" rows={2} defaultValue={run.notes[WHOLE_RUN] ?? ''} aria-label={`Note on ${run.name}`} placeholder="What was this run for, and what did it show?"
        onBlur={(event) => void runs.note(run.id, event.currentTarget.value)}
      />
      {on > 0 && <p className="quiet">And notes on {count(on)} {on === 1 ? 'query' : 'queries'}, in Inspect.</p>}
    </>
  )
}

/** A part of the page that can be put away. */
function Part({ title, children, open = true }: { readonly title: string; readonly children: ReactNode; readonly open?: boolean }) {
  return <details className="run-part" open={open}><summary><h4>{title}</h4></summary>{children}</details>
}

function Head({ run }: { readonly run: RunRecord }) {
  const { runs, run: page, view } = useWorkbench()
  const [renaming, setRenaming] = useState(false)
  const doing = useRuns((state) => state.doing)
  const busy = useRun((state) => isUnderWay(state.phase))
  const here = useRun((state) => state.record?.id === run.id)
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
      <p className="runs-bar run-acts">
        {canGoOn(run) && !busy && (
          <button
            type="button" className="button primary"
            onClick={() => {
              void page.resume(run.id)
              view.setPlace('train')
            }}
          >
            Go on
          </button>
        )}
        {here && busy && <button type="button" className="button primary" onClick={() => view.setPlace('train')}>Show in Train</button>}
        <button type="button" className="button" disabled={doing !== undefined} onClick={() => void save()}>Export as one file</button>
        <button type="button" className="button" onClick={() => setRenaming(true)}>Rename</button>
        <button type="button" className="button danger" disabled={here && busy} title={here && busy ? 'It is under way: stop or reset it in Train first.' : undefined} onClick={() => void runs.remove(run.id)}>Delete</button>
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
      <Warnings run={run} />
      <Tags run={run} />
      <Facts>
        <Fact name={<Term about="ndcg">Test NDCG@10</Term>}><Result run={run} /></Fact>
        <Fact name="Steps">{count(live?.done ?? run.done)} of {count(live?.planned ?? run.planned)}{seconds === undefined ? '' : `, ${duration(seconds)}`}</Fact>
        <Fact name="Data">{run.dataset.name} <code title={run.dataset.hash}>{run.dataset.hash.slice(0, 12)}</code></Fact>
        <Fact name="Policy">{run.policy}</Fact>
        <Fact name="Recommender">{run.recommender}</Fact>
        <Fact name="Begun"><time dateTime={new Date(run.createdAt).toISOString()}>{when(run.createdAt)}</time></Fact>
        <Fact name="Kept">{size(bytesOfRun(run))}: {count(run.events.count)} events ({size(run.events.bytes)}), {count(run.checkpoints.length)} checkpoints</Fact>
        {run.parent !== undefined && <Fact name="Goes on from"><Parent parent={run.parent} /></Fact>}
      </Facts>
      <Note run={run} />
      <Part title="Replay"><Playback run={run} /></Part>
      <Part title="Checkpoints"><Checkpoints run={run} /></Part>
      <Part title={`Settings that differ from preset ${String(run.settings['preset'] ?? 'unknown')}`}><Differences run={run} /></Part>
      <Part title="Environment"><Environment run={run} /></Part>
    </article>
  )
}
