// The products that were judged exact for the query, and where each column ranked them.
import { useMemo } from 'react'
import { titleOf } from '../../state/inspect/columnTitles.ts'
import { DEPTH } from '../../state/inspect/inspect.ts'
import type { Inspection } from '../../state/inspect/view.ts'
import { Label } from '../parts/Label.tsx'
import { useProduct, useRuns, useSources, useView } from '../parts/stores.ts'
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

export function Relevant({ inspection: { judged, columns } }: { readonly inspection: Inspection }) {
  const ids = useView((state) => state.columns)
  const sources = useSources((state) => state.list)
  const records = useRuns((state) => state.records)
  const landed = useMemo(() => ids.flatMap((id): Landed[] => {
    const column = columns[id]
    return column === undefined ? [] : [{ id, said: titleOf(id, { sources, records }).short, ranks: ranksOf(column.ids) }]
  }), [ids, columns, sources, records])
  const exact = useMemo(() => [...new Set(judged?.judgements.filter(({ label }) => label === 'E').map(({ productId }) => productId))], [judged])
  if (judged === undefined) return <p className="relevant-none quiet">Nobody judged this query, so nothing is labelled and no NDCG can be given.</p>
  if (exact.length === 0) return <p className="relevant-none quiet">No product was judged exact for this query.</p>
  return (
    <div className="relevant">
      <h3>
        {exact.length} relevant {exact.length === 1 ? 'product' : 'products'}{' '}
        <small>rank by {landed.map(({ said }) => said).join(' → ')}; – is beyond {DEPTH}</small>
      </h3>
      <ul tabIndex={0} aria-label="Relevant products and where each column ranked them">
        {exact.map((id) => <RelevantProduct key={id} id={id} landed={landed} />)}
      </ul>
    </div>
  )
}
