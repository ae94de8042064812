// One run of the list in three lines: its name and how it stands, what ran on what, and what came of it.
import { bytesOfRun, outcomeOf } from '../../state/runs/runList.ts'
import type { RunRecord } from '../../state/runs/runs.ts'
import { count, score, signed, size } from '../parts/format.ts'
import { RunName } from './RunName.tsx'
import { Status } from './Status.tsx'
import { Swatch } from './Swatch.tsx'
import { useWorkbench } from '../parts/stores.ts'
import { useLiveSteps } from './live.ts'
import { when } from './when.ts'

interface RunRowProps {
  readonly run: RunRecord
  /** its place in the comparison, −1 outside of it */
  readonly place: number
  readonly shown: boolean
  /** the row that Tab reaches */
  readonly reached: boolean
  readonly onTick: (wanted: boolean, range: boolean) => void
  readonly renaming: boolean
  readonly onRename: (open: boolean) => void
}

function Outcome({ run }: { readonly run: RunRecord }) {
  const outcome = outcomeOf(run)
  if (outcome === undefined) return <span className="quiet">no test result</span>
  const { original, start, after, gain, p } = outcome
  const side = p >= 0.05 ? 'level' : gain > 0 ? 'better' : 'worse'
  return (
    <span className="run-outcome" title="Test NDCG@10: original query, starting policy, trained policy; the gain on the start. Bold and coloured where p < 0.05.">
      <span className="visually-hidden">Test NDCG@10: original, start, trained </span>
      {score(original)} → {score(start)} → <strong>{score(after)}</strong> <span className={`gain-sign ${side}`}>{signed(gain)}</span>
    </span>
  )
}

export function RunRow({ run, place, shown, reached, onTick, renaming, onRename }: RunRowProps) {
  const { runs } = useWorkbench()
  const live = useLiveSteps(run.id)
  const { name, tags, createdAt, dataset, policy, recommender, parent, damage } = run
  return (
    <div className="run-row">
      <input
        type="checkbox" checked={place >= 0} tabIndex={reached ? 0 : -1} aria-label={`Compare ${name}`}
        onChange={() => undefined} onClick={({ currentTarget, shiftKey }) => onTick(currentTarget.checked, shiftKey)}
      />
      {place >= 0 ? <Swatch place={place} /> : <span className="swatch" />}
      <div className="run-line first">
        {renaming
          ? <RunName name={name} onDone={(next) => { onRename(false); if (next !== undefined) void runs.rename(run.id, next) }} />
          : (
            <button
              type="button" className="run-open" tabIndex={reached ? 0 : -1} aria-current={shown ? 'true' : undefined} title={name}
              onClick={() => {
                runs.show(run.id)
                // with nothing ticked every tab is about the run that is shown
                if (runs.getState().chosen.length > 0) runs.setTab('run')
              }} onDoubleClick={() => onRename(true)}
            >
              {name}
            </button>
          )}
        <Status status={run.status} />
      </div>
      <p className="run-line quiet">
        <span className="runs-cut" title={`${dataset.name} · ${policy} · ${recommender}`}>{dataset.name} · {policy} · {recommender}</span>
        <time dateTime={new Date(createdAt).toISOString()}>{when(createdAt)}</time>
      </p>
      <p className="run-line">
        {damage === undefined ? <Outcome run={run} /> : <span className="fault runs-cut" title={damage}>{damage}</span>}
        <span className="quiet">{count(live?.done ?? run.done)} of {count(live?.planned ?? run.planned)} steps · {size(bytesOfRun(run))}</span>
      </p>
      {(tags.length > 0 || parent !== undefined) && (
        <p className="run-line tags-line">
          <span className="runs-cut">
            {tags.map((tag) => <span key={tag} className="run-tag">{tag}</span>)}
            {parent !== undefined && <span className="quiet">from {parent.name}, step {count(parent.step)}</span>}
          </span>
        </p>
      )}
    </div>
  )
}
