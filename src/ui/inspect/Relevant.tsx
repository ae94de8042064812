// The products that were judged exact for the query, and where each way of asking ranked them.
import { DEPTH, type Inspection } from '../../state/inspect.ts'
import { Label } from '../parts/Label.tsx'
import { useProduct, useView } from '../parts/stores.ts'
import { rankOf } from './ranks.ts'

const place = (rank: number | undefined): string => (rank === undefined ? `not in the first ${DEPTH}` : `rank ${rank}`)

function Landing({ inspection, productId }: { readonly inspection: Inspection; readonly productId: string }) {
  const ids = useView((state) => state.columns)
  const ranks = ids.map((id) => [id, id] as const).flatMap(([name, said]) => {
    const column = inspection.columns[name]
    return column === undefined ? [] : [{ said, rank: rankOf(column.ids, productId) }]
  })
  return (
    <span className="landing">
      {ranks.map(({ said, rank }, at) => (
        <span key={said}>
          {at > 0 && <span className="quiet" aria-hidden="true"> → </span>}
          <span className="visually-hidden">{said}: </span>
          <span className={rank === undefined ? 'missed' : rank <= 10 ? 'high' : ''} title={`${said}: ${place(rank)}`}>
            {rank ?? '–'}
          </span>
        </span>
      ))}
    </span>
  )
}

function Title({ id }: { readonly id: string }) {
  const product = useProduct(id)
  const title = product?.title === undefined || product.title === '' ? id : product.title
  return <span className="title" title={title}>{product === null ? `${id} (not in the catalogue)` : title}</span>
}

export function Relevant({ inspection }: { readonly inspection: Inspection }) {
  const { judged } = inspection
  if (judged === undefined) return <p className="relevant-none quiet">Nobody judged this query, so nothing is labelled and no NDCG can be given.</p>
  const exact = [...new Set(judged.judgements.filter(({ label }) => label === 'E').map(({ productId }) => productId))]
  if (exact.length === 0) return <p className="relevant-none quiet">No product was judged exact for this query.</p>
  return (
    <div className="relevant">
      <h3>Relevant products <small>rank by original → starting → current; – is beyond {DEPTH}</small></h3>
      <ul>
        {exact.map((id) => (
          <li key={id}>
            <Label label="E" />
            <Title id={id} />
            <Landing inspection={inspection} productId={id} />
          </li>
        ))}
      </ul>
    </div>
  )
}
