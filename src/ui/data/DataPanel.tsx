// The area on the left: what is loaded, what ranks it, what is trained; and the way to other data.
import { useId } from 'react'
import { count, percent } from '../parts/format.ts'
import { useAdding, useLibrary, useWorkbench } from '../parts/stores.ts'
import { DatasetCard } from './DatasetCard.tsx'
import { PolicyCard } from './PolicyCard.tsx'
import { RecommenderCard } from './RecommenderCard.tsx'

function Failure() {
  const failure = useLibrary((state) => state.failure)
  return failure === undefined ? null : <p role="alert" className="notice bad">{failure}</p>
}

function Announcement() {
  const shop = useLibrary((state) => state.shop)
  const text = shop === undefined ? '' : `${shop.dataset.name} loaded: ${count(shop.report.products)} products, ${count(shop.report.queries)} queries`
  return <p role="status" className="visually-hidden">{text}</p>
}

const DOING = { fetching: 'Fetching', recognising: 'Looking into', reading: 'Reading', opening: 'Opening', indexing: 'Indexing' } as const

function Opening() {
  const { library } = useWorkbench()
  const reading = useLibrary((state) => state.reading)
  if (reading === undefined) return null
  const doing = DOING[reading.phase]
  return (
    <div className="reading">
      <p>{doing} {reading.what} <span className="quiet">{reading.rows > 0 ? `${count(reading.rows)} rows` : ''} {percent(reading.share)}</span></p>
      <progress max={1} value={reading.share} aria-label={`${doing} ${reading.what}`} />
      <button type="button" className="plain" onClick={() => library.cancel()}>Cancel</button>
    </div>
  )
}

/** A read behind the closed sheet, and what came of it. */
function Behind() {
  const { adding } = useWorkbench()
  const open = useAdding((state) => state.open)
  const doing = useAdding((state) => state.doing)
  const failure = useAdding((state) => state.failure)
  const understood = useAdding((state) => state.understood?.name)
  if (open || (doing === undefined && failure === undefined && understood === undefined)) return null
  const ended = failure === undefined ? `${understood ?? ''} was read` : 'The files were not read'
  const said = doing === undefined ? ended : `Reading ${doing.what}, ${percent(doing.share)}`
  return (
    <div className="notice" role="status">
      <p>{said} <button type="button" className="plain" onClick={adding.show}>Show</button></p>
      {doing !== undefined && <progress max={1} value={doing.share} aria-label={`Reading ${doing.what}`} />}
    </div>
  )
}

export function DataPanel() {
  const { adding } = useWorkbench()
  const heading = useId()
  return (
    <section className="panel data" aria-labelledby={heading}>
      <div className="data-head">
        <h2 id={heading}>Data</h2>
        <button type="button" className="button small" title="or drop files anywhere on the page" onClick={adding.show}>Add data</button>
      </div>
      <Failure />
      <Behind />
      <Announcement />
      <DatasetCard />
      <Opening />
      <RecommenderCard />
      <PolicyCard />
    </section>
  )
}
