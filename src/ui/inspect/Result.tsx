// One ranked product: its rank, label, picture, title, brand, move and score; it opens what the score is made of.
import { memo, useMemo } from 'react'
import type { EsciLabel } from '../../domain/dataset.ts'
import { highlight, type Wanted } from '../../state/inspect/highlight.ts'
import type { ColumnId } from '../../state/inspect/view.ts'
import { significant } from '../parts/format.ts'
import { Label } from '../parts/Label.tsx'
import { useLooking, useProduct, useWorkbench } from '../parts/stores.ts'
import { useIsHot } from './hot.ts'
import { moveOf } from './ranks.ts'

/** A text with the words that the query asks for marked. */
export function Marked({ text, wanted }: { readonly text: string; readonly wanted: Wanted | undefined }) {
  const pieces = useMemo(() => (wanted === undefined ? [{ at: 0, text, matches: false }] : highlight(text, wanted)), [text, wanted])
  return pieces.map(({ at, text: piece, matches }) => (matches ? <mark key={at}>{piece}</mark> : <span key={at}>{piece}</span>))
}

function Unjudged() {
  return (
    <span className="label label-none" title="not judged for this query: counts as irrelevant">
      <span aria-hidden="true">?</span><span className="visually-hidden">not judged</span>
    </span>
  )
}

/** Only http(s) addresses are fetched; without a picture the place stays, so that rows keep their height. */
function Picture({ address }: { readonly address: string | undefined }) {
  if (address === undefined || !/^https?:\/\//i.test(address)) return <span className="picture" aria-hidden="true" />
  return <img className="picture" src={address} alt="" loading="lazy" decoding="async" referrerPolicy="no-referrer" />
}

export interface ResultProps {
  readonly id: string
  readonly rank: number
  readonly score: number | undefined
  readonly by: ColumnId
  readonly label: EsciLabel | undefined
  /** somebody judged products for the query */
  readonly judged: boolean
  /** the rank at the left, and whether there is a left */
  readonly was: number | undefined
  readonly compared: boolean
  readonly wanted: Wanted | undefined
  readonly pictures: boolean
  /** the place of Tab in its list */
  readonly stop: boolean
  readonly size: number
}

function ResultBase({ id, rank, score, by, label, judged, was, compared, wanted, pictures, stop, size }: ResultProps) {
  const { looking } = useWorkbench()
  const product = useProduct(id)
  const open = useLooking(({ looked }) => looked?.id === id && looked.by === by)
  const hot = useIsHot(id)
  const move = moveOf(rank, was, compared)
  // nothing flashes by while the text is on its way
  const title = product === undefined ? '' : product === null || product.title === '' ? id : product.title
  const maker = [product?.brand ?? '', product?.color ?? ''].filter((part) => part !== '').join(' · ')
  return (
    <li data-rank={rank} data-product={id} aria-setsize={size} aria-posinset={rank}>
      <button
        type="button" aria-haspopup="dialog" aria-expanded={open} tabIndex={stop ? 0 : -1}
        className={`result${label === undefined ? '' : ` judged frame-${label}`}${hot ? ' hot' : ''}`}
        onClick={() => (open ? looking.close() : looking.look(id, by))}
      >
        <span className="rank">{rank}</span>
        {label !== undefined ? <Label label={label} /> : judged ? <Unjudged /> : <span aria-hidden="true" />}
        {pictures && <Picture address={product?.image} />}
        <span className="result-text">
          <span className="title" title={maker === '' ? title : `${title} · ${maker}`}><Marked text={title} wanted={wanted} /></span>
          <span className="maker">{maker}</span>
        </span>
        <span className="result-figures">
          <span className={`move ${move.kind}`} title={move.words}>
            <span aria-hidden="true">{move.mark}</span><span className="visually-hidden">{move.words}</span>
          </span>
          <span className="result-score" title="the recommender’s score">{score === undefined ? '' : significant(score)}</span>
        </span>
      </button>
    </li>
  )
}
export const Result = memo(ResultBase)
