// How a column compares: its measures, what it shares with the column at the left and what it dropped, and what nobody judged.
import { useMemo, useState } from 'react'
import { overlap, rankBiasedOverlap, RBO_P } from '../../domain/agreement.ts'
import type { EsciLabel } from '../../domain/dataset.ts'
import { DEPTH } from '../../state/inspect/inspect.ts'
import type { Column as ColumnState, Inspection } from '../../state/inspect/view.ts'
import { score, signed } from '../parts/format.ts'
import { useProduct } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'
import { useIsHot } from './hot.ts'
import { relevantWords, type Dropped } from './ranks.ts'

interface MeasureProps {
  readonly name: string
  readonly value: number | undefined
  readonly against: number | undefined
}

/** A measure and its difference to the left. */
export function Measure({ name, value, against }: MeasureProps) {
  const gain = value === undefined || against === undefined ? undefined : value - against
  return (
    <span className="measure">
      {name} <strong>{score(value)}</strong>
      {gain !== undefined && <span className={`delta ${gain > 5e-4 ? 'better' : gain < -5e-4 ? 'worse' : 'level'}`}> {signed(gain)}</span>}
    </span>
  )
}

function DroppedProduct({ dropped: { id, was, now } }: { readonly dropped: Dropped }) {
  const product = useProduct(id)
  const hot = useIsHot(id)
  const title = product === undefined ? '' : product === null || product.title === '' ? id : product.title
  return (
    <span className={hot ? 'hot' : ''} data-product={id} title={title}>
      <span className="dropped-ranks">{was} → {now ?? '–'}</span> {title}
    </span>
  )
}

/** More than these few are counted, and listed when asked for. */
const FIRST_DROPPED = 4

export function DroppedProducts({ dropped }: { readonly dropped: readonly Dropped[] }) {
  const [all, setAll] = useState(false)
  if (dropped.length === 0) return null
  const rest = dropped.length - FIRST_DROPPED
  return (
    <p className="dropped">
      <span className="quiet">dropped, with ranks before and now:</span>
      {(all || rest === 1 ? dropped : dropped.slice(0, FIRST_DROPPED)).map((one) => <DroppedProduct key={one.id} dropped={one} />)}
      {rest > 1 && (
        <button type="button" className="plain" aria-expanded={all} onClick={() => setAll(!all)}>{all ? 'fewer' : `and ${rest} more`}</button>
      )}
    </p>
  )
}

const OVERLAP = `Rank-biased overlap of the two rankings' first 100 with p = ${RBO_P}, extrapolated (Webber, Moffat and Zobel 2010): 1 is the same ranking, 0 nothing in common; `
  + 'the first ten ranks hold 86 % of the weight.'

/** How this ranking and the one at the left agree. */
export function Between({ left, column, listed }: { readonly left: ColumnState; readonly column: ColumnState; readonly listed: number }) {
  const { rbo, counts } = useMemo(() => ({
    rbo: rankBiasedOverlap(left.ids, column.ids), counts: overlap(left.ids, column.ids, listed),
  }), [left.ids, column.ids, listed])
  const { common, unchanged, improved, worsened, entered } = counts
  const of = Math.min(listed, Math.max(left.ids.length, column.ids.length))
  return (
    <p className="between">
      <Term about="rbo" explain={OVERLAP}>RBO</Term> <strong>{score(rbo)}</strong>
      {' · '}{common} of {of} common: {unchanged} unchanged, {improved} up, {worsened} down{entered > 0 && ` · ${entered} new`}
    </p>
  )
}

interface JudgedProps {
  readonly column: ColumnState
  readonly judged: Inspection['judged']
  readonly labels: ReadonlyMap<string, EsciLabel>
  readonly listed: number
}

/** Where the relevant products are, and how many of the listed ones nobody judged. */
export function Judged({ column, judged, labels, listed }: JudgedProps) {
  if (judged === undefined) return null
  const shown = column.ids.slice(0, listed)
  const unjudged = shown.filter((id) => !labels.has(id)).length
  const relevant = [...labels].filter(([, label]) => label === 'E').map(([id]) => id)
  return (
    <p className="judged-note">
      {relevant.length > 0 && relevantWords(relevant, column.ids, listed, DEPTH)}
      {judged.history === undefined && <>{relevant.length > 0 && ' · '}<span className="judged-count"><Term about="unjudged">unjudged@{listed}</Term> <strong>{unjudged}</strong> of {shown.length}</span></>}
    </p>
  )
}
