// What a run can be gone on with: its checkpoints, to fork from, or to be asked in the inspector.
import { stepWords } from '../../domain/stage.ts'
import { checkpointColumn } from '../../state/inspect/columns.ts'
import { isUnderWay } from '../../state/run/run.ts'
import type { CheckpointRecord, RunRecord } from '../../state/runs/runs.ts'
import { size } from '../parts/format.ts'
import { Sideways } from '../parts/Sideways.tsx'
import { useRun, useView, useWorkbench } from '../parts/stores.ts'

function Checkpoint({ run, checkpoint, busy }: { readonly run: RunRecord; readonly checkpoint: CheckpointRecord; readonly busy: boolean }) {
  const { run: page, view } = useWorkbench()
  const { stage, step, names, bytes, sha256 } = checkpoint
  const column = checkpointColumn(run.id, stage, step)
  const inspected = useView((state) => state.columns.includes(column))
  return (
    <tr>
      <th scope="row">{stepWords(stage, step)}</th>
      <td>{names.join(', ')}</td>
      <td className="number" title={`sha256 ${sha256}`}>{size(bytes)}</td>
      <td>
        <span className="runs-bar">
          <button
            type="button" className="button small" disabled={busy}
            onClick={() => {
              void page.fork(run.id, stage, step)
              view.setPlace('train')
            }}
          >
            Fork here
          </button>
          <button
            type="button" className="button small"
            onClick={() => {
              view.addColumn(column)
              view.setPlace('inspect')
            }}
          >
            {inspected ? 'Show in Inspect' : 'Inspect with'}
          </button>
        </span>
      </td>
    </tr>
  )
}

/** A run that nobody drives and that has a step to go on from. */
export function canGoOn({ status, checkpoints, writer, damage }: RunRecord): boolean {
  return checkpoints.length > 0 && damage === undefined && writer !== 'elsewhere' && status !== 'finished' && status !== 'running'
}

export function Checkpoints({ run }: { readonly run: RunRecord }) {
  const busy = useRun((state) => isUnderWay(state.phase))
  if (run.checkpoints.length === 0) {
    return <p className="quiet">No checkpoint is kept. The setting checkpointEvery says how often one is made.</p>
  }
  return (
    <>
      <Sideways label="Checkpoints">
        <table className="run-table checkpoints">
          <caption className="visually-hidden">Checkpoints of {run.name}</caption>
          <thead><tr><th scope="col">Checkpoint</th><th scope="col">Kept as</th><th scope="col" className="number">Size</th><th scope="col">Take it</th></tr></thead>
          <tbody>{run.checkpoints.map((one) => <Checkpoint key={`${one.stage} ${one.step}`} run={run} checkpoint={one} busy={busy} />)}</tbody>
        </table>
      </Sideways>
      {busy && <p className="quiet">A run is under way: stop or reset it in Train before forking.</p>}
    </>
  )
}
