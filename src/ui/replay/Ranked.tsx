// The shown text ranked now by the recommender of the page, on demand: what it would find in the catalogue as it stands.
import { useEffect, useState } from 'react'
import { rankReading, type Found } from '../../state/inspect/inspect.ts'
import { sentenceOf } from '../../state/sentence.ts'
import { score } from '../parts/format.ts'
import { Label } from '../parts/Label.tsx'
import { useLibrary, useProduct, useRun, useWorkbench } from '../parts/stores.ts'
import type { EsciLabel } from '../../domain/dataset.ts'
import { labelsOf } from '../../domain/labels.ts'

const SHOWN = 5
/** A slider that is dragged asks for a ranking when it rests this long. */
const RESTS_MS = 150

function Product({ id, rank, label }: { readonly id: string; readonly rank: number; readonly label: EsciLabel | undefined }) {
  const product = useProduct(id)
  const title = product === undefined ? '' : product === null || product.title === '' ? id : product.title
  return (
    <li>
      <span className="rank">{rank}</span>
      {label === undefined ? <span className="label label-none" title="not judged for this query: counts as irrelevant"><span aria-hidden="true">?</span><span className="visually-hidden">not judged</span></span> : <Label label={label} />}
      <span className="title" title={title}>{title}</span>
    </li>
  )
}

interface RankedProps {
  readonly query: { readonly id: string; readonly text: string }
  readonly rewrite: string
  /** the single items of a list */
  readonly items?: readonly string[] | undefined
}

export function Ranked({ query: { id, text: query }, rewrite, items }: RankedProps) {
  const { rows } = useWorkbench()
  const shop = useLibrary((state) => state.shop)
  const settings = useRun((state) => state.settings)
  const [found, setFound] = useState<{ readonly of: string; readonly found?: Found; readonly fault?: string }>()
  useEffect(() => {
    if (shop === undefined) return undefined
    let wanted = true
    const timer = setTimeout(() => {
      const ranking = rows.prepared([{ id, text: query }], shop, settings).then(([task]) => {
        if (task === undefined) throw new Error('this row is none of the task that is set now; choose its task in Setup')
        return rankReading({ text: rewrite, ...(items === undefined ? {} : { items }) }, task, shop.recommender, settings)
      })
      void ranking.then(
        (ranked) => { if (wanted) setFound({ of: rewrite, found: ranked }) },
        (error: unknown) => { if (wanted) setFound({ of: rewrite, fault: sentenceOf(error) }) },
      )
    }, RESTS_MS)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [rows, shop, settings, id, query, rewrite, items])
  const fault = found?.fault ?? found?.found?.unranked
  if (fault !== undefined) return <p role="alert" className="notice bad">No ranking: {fault}</p>
  if (found?.found === undefined) return <p className="waiting">ranking …</p>
  const labels = labelsOf(rows.same(query, id)?.judgements ?? [])
  const { ids, measures } = found.found
  return (
    <div className={found.of === rewrite ? 'replay-ranked' : 'replay-ranked late'}>
      <p className="quiet">
        {ids.length === 0 ? 'Finds no product' : 'Finds now'}{measures !== undefined && <> · NDCG@10 <strong>{score(measures['ndcg@10'])}</strong> · Recall@10 <strong>{score(measures['recall@10'])}</strong></>}
      </p>
      <ol>{ids.slice(0, SHOWN).map((id, at) => <Product key={id} id={id} rank={at + 1} label={labels.get(id)} />)}</ol>
    </div>
  )
}
