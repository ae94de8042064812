// The products that were judged exact for the query, and where each column ranked them.
import { useMemo, useState } from 'react'
import { titleOf } from '../../state/inspect/columnTitles.ts'
import { DEPTH } from '../../state/inspect/inspect.ts'
import type { Inspection } from '../../state/inspect/view.ts'
import { Label, LABELS } from '../parts/Label.tsx'
import { useProduct, useAnswerers, useView } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'
import { NARROW, useMedia } from '../parts/useMedia.ts'
import { useIsHot } from './hot.ts'
import { ranksOf } from './ranks.ts'

interface Landed {
  readonly id: string
  readonly said: string
  readonly ranks: ReadonlyMap<string, number>
}

const place = (rank: number | undefined): string => (rank === undefined ? `not in the first ${DEPTH}` : `rank ${rank}`)

function Title({ id }: { readonly id: string }) {
  const product = useProduct(id)
  const title = product?.title === undefined || product.title === '' ? id : product.title
  return <span className="title" title={title}>{product === null ? `${id} (not in the catalogue)` : title}</span>
}

function RelevantProduct({ id, landed }: { readonly id: string; readonly landed: readonly Landed[] }) {
  const hot = useIsHot(id)
  return (
    <li data-product={id} className={hot ? 'hot' : ''}>
      <Label label="E" />
      <Title id={id} />
      <span className="landing">
        {landed.map(({ id: column, said, ranks }, at) => {
          const rank = ranks.get(id)
          return (
            <span key={column}>
              {at > 0 && <span className="quiet" aria-hidden="true"> → </span>}
              <span className="visually-hidden">{said}: </span>
              <span className={rank === undefined ? 'missed' : rank <= 10 ? 'high' : ''} title={`${said}: ${place(rank)}`}>{rank ?? '–'}</span>
            </span>
          )
        })}
      </span>
    </li>
  )
}

/** On a phone the rest is listed when it is asked for: there is no scroll bar that would tell of it. */
const FIRST_NARROW = 3

export function Relevant({ inspection: { judged, columns } }: { readonly inspection: Inspection }) {
  const ids = useView((state) => state.columns)
  const answerers = useAnswerers()
  const landed = useMemo(() => ids.flatMap((id): Landed[] => {
    const column = columns[id]
    return column === undefined ? [] : [{ id, said: titleOf(id, answerers).short, ranks: ranksOf(column.ids) }]
  }), [ids, columns, answerers])
  const exact = useMemo(() => [...new Set(judged?.judgements.filter(({ label }) => label === 'E').map(({ productId }) => productId))], [judged])
  const narrow = useMedia(NARROW)
  const [all, setAll] = useState(false)
  const rest = narrow ? exact.length - FIRST_NARROW : 0
  const next = judged?.history !== undefined
  if (judged === undefined) return <p className="relevant-none quiet">Nobody judged this query, so nothing is labelled and no NDCG can be given.</p>
  if (exact.length === 0) return <p className="relevant-none quiet">No product was judged exact for this query.</p>
  return (
    <div className="relevant">
      <h3>
        <small className="relevant-labels"><Term about="labels">{LABELS.map((label) => <Label key={label} label={label} />)}</Term></small>
        {next ? <>What came next: {exact.length} {exact.length === 1 ? 'product' : 'products'}</> : <>{exact.length} relevant {exact.length === 1 ? 'product' : 'products'}</>}{' '}
        <small>rank by {landed.map(({ said }) => said).join(' → ')}; – is beyond {DEPTH}</small>
      </h3>
      <ul tabIndex={0} aria-label="Relevant products and where each column ranked them">
        {(all || rest <= 1 ? exact : exact.slice(0, FIRST_NARROW)).map((id) => <RelevantProduct key={id} id={id} landed={landed} />)}
      </ul>
      {rest > 1 && (
        <button type="button" className="plain" aria-expanded={all} onClick={() => setAll(!all)}>{all ? 'fewer' : `and ${rest} more`}</button>
      )}
    </div>
  )
}
