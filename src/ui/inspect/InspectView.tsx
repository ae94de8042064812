// The view of queries: every one in a table, and one of them asked in many ways, side by side.
import { useId } from 'react'
import { count } from '../parts/format.ts'
import { useLibrary, useRun, useView, useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'
import { CatalogueSearch } from './CatalogueSearch.tsx'
import { Column } from './Column.tsx'
import { Looked } from './Looked.tsx'
import { QueryPicker } from './QueryPicker.tsx'
import { Relevant } from './Relevant.tsx'
import { Rollouts } from '../replay/Rollouts.tsx'

const READING = 'Greedy outputs, ranked by the same recommender. Frames and letters are labels; moves and gains compare with the left.'

function Standing() {
  const { view } = useWorkbench()
  const inspecting = useView((state) => state.inspecting)
  const fault = useView((state) => state.fault)
  const split = useView((state) => state.inspection?.judged?.split)
  return (
    <p className="inspect-standing">
      {split !== undefined && <span className="badge">{split} query</span>}
      <button type="button" className="plain" onClick={view.refresh} disabled={inspecting}>{inspecting ? 'Looking …' : 'Look again'}</button>
      {fault !== undefined && <span role="alert" className="fault">{fault}</span>}
    </p>
  )
}

function Columns() {
  const inspection = useView((state) => state.inspection)
  const step = useView((state) => state.inspectedStep)
  const absent = useRun((state) => state.engine.is === 'absent' || state.engine.is === 'lost')
  const judged = useLibrary((state) => (state.shop?.dataset.queries.length ?? 0) > 0)
  if (inspection === undefined) {
    const said = judged ? 'Pick a query' : 'This data set has no judged queries, so nothing is picked for you. Type any query'
    return <p className="waiting">{said} to see what each way of asking finds.</p>
  }
  const { original, before, current } = inspection.columns
  const waiting = absent ? 'no policy engine: see Data' : 'writing …'
  return (
    <>
      <Relevant inspection={inspection} />
      <div className="columns">
        <Column
          name="original" title="Original query" note={undefined}
          inspection={inspection} column={original} against={undefined} waiting="ranking …"
        />
        <Column name="before" title="Starting policy" note={undefined} inspection={inspection} column={before} against={original} waiting={waiting} />
        <Column
          name="current" title="Current policy" note={step === 0 ? 'not trained yet' : `of step ${count(step)}`}
          inspection={inspection} column={current} against={before} waiting={waiting}
        />
      </div>
    </>
  )
}

export function InspectView() {
  const heading = useId()
  return (
    <section className="panel inspect" aria-labelledby={heading}>
      <div className="inspect-main">
        <div className="inspect-head">
          <h2 id={heading}>
            <Term explain={READING}>Inspector</Term>
          </h2>
          <QueryPicker />
          <CatalogueSearch />
          <Standing />
        </div>
        <Columns />
      </div>
      <Rollouts />
      <Looked />
    </section>
  )
}
