// One ranked product: its rank, label, title, move and score; it opens what the score is made of.
import type { EsciLabel } from '../../domain/dataset.ts'
import type { ColumnId } from '../../state/view.ts'
import { significant } from '../parts/format.ts'
import { Label } from '../parts/Label.tsx'
import { useLooking, useProduct, useWorkbench } from '../parts/stores.ts'
import { moveOf } from './ranks.ts'

export interface ResultProps {
  readonly id: string
  readonly rank: number
  readonly score: number | undefined
  readonly by: ColumnId
  readonly label: EsciLabel | undefined
  /** the ranking that moves are measured against */
  readonly before: readonly string[] | undefined
}

export function Result({ id, rank, score, by, label, before }: ResultProps) {
  const { looking } = useWorkbench()
  const product = useProduct(id)
  const open = useLooking(({ looked }) => looked?.id === id && looked.by === by)
  const move = moveOf(rank, id, before)
  // nothing flashes by while the text is on its way
  const title = product === undefined ? '' : product === null || product.title === '' ? id : product.title
  const about = [title, product?.brand ?? '', product?.color ?? ''].filter((part) => part !== '').join(' · ')
  return (
    <li>
      <button
        type="button" aria-haspopup="dialog" aria-expanded={open} className={label === undefined ? 'result' : `result judged frame-${label}`}
        onClick={() => (open ? looking.close() : looking.look(id, by))}
      >
        <span className="rank">{rank}</span>
        {label === undefined ? <span className="label label-none" title="not judged for this query" aria-hidden="true" /> : <Label label={label} />}
        <span className="title" title={about}>{title}</span>
        <span className={`move ${move.kind}`} title={move.words}>
          <span aria-hidden="true">{move.mark}</span><span className="visually-hidden">{move.words}</span>
        </span>
        <span className="result-score" title="the recommender’s score">{score === undefined ? '' : significant(score)}</span>
      </button>
    </li>
  )
}
