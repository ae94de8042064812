// The view of queries: every one in a table, and one of them asked in many ways, side by side.
import { useId } from 'react'
import { textFor } from '../../state/shown.ts'
import { useLibrary, useView, useWorkbench } from '../parts/stores.ts'
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

const TITLES: Readonly<Record<string, string>> = { original: 'Original query', before: 'Starting policy', current: 'Current policy' }

function Columns() {
  const { view } = useWorkbench()
  const inspection = useView((state) => state.inspection)
  const ids = useView((state) => state.columns)
  const typed = useView((state) => state.typed)
  const judged = useLibrary((state) => (state.shop?.dataset.queries.length ?? 0) > 0)
  if (inspection === undefined) {
    const said = judged ? 'Pick a query' : 'This data set has no judged queries, so nothing is picked for you. Type any query'
    return <p className="waiting">{said} to see what each way of asking finds.</p>
  }
  return (
    <>
      <Relevant inspection={inspection} />
      <button type="button" className="plain" onClick={view.addTyped}>Add a typed column</button>
      <div className="columns">
        {ids.map((id, at) => (
          <div key={id}>
            {id.startsWith('typed:') && <input type="text" aria-label={id} value={textFor(typed, id, inspection.query)} onChange={(event) => view.type(id, event.currentTarget.value)} />}
            <Column
              name={id} title={TITLES[id] ?? id} note={undefined}
              inspection={inspection} column={inspection.columns[id]} against={at === 0 ? undefined : inspection.columns[ids[at - 1]!]}
              waiting={inspection.absent[id] ?? (id === 'original' ? 'ranking …' : 'writing …')}
            />
          </div>
        ))}
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
