// One way to ask for the query: what was written, what was searched for, and the first products that came back.
import type { EsciLabel } from '../../domain/dataset.ts'
import type { Column as ColumnState, Inspection } from '../../state/view.ts'
import { Label } from '../parts/Label.tsx'
import { score, signed } from '../parts/format.ts'
import { useProduct } from '../parts/stores.ts'
import { wordDiff } from '../parts/wordDiff.ts'
import { moveOf } from './ranks.ts'

export const SHOWN = 8

/** The better label stands for a product that was judged twice. */
export function labelsOf({ judged }: Inspection): ReadonlyMap<string, EsciLabel> {
  const order = ['I', 'C', 'S', 'E'] as const
  const sorted = (judged?.judgements ?? []).toSorted((a, b) => order.indexOf(a.label) - order.indexOf(b.label))
  return new Map(sorted.map(({ productId, label }) => [productId, label]))
}

function Rewrite({ query, column }: { readonly query: string; readonly column: ColumnState }) {
  if (column.output === undefined) return <p className="rewrite">{column.rewrite}</p>
  if (column.rewrite === '') return <p className="rewrite quiet">(an empty query)</p>
  return (
    <p className="rewrite">
      {wordDiff(query, column.rewrite).map(({ word, change }, at) => {
        const key = `${at} ${word}`
        if (change === 'added') return <span key={key}><ins>{word}</ins> </span>
        if (change === 'left out') return <span key={key}><del>{word}</del> </span>
        return <span key={key}>{word} </span>
      })}
    </p>
  )
}

interface ResultProps {
  readonly id: string
  readonly rank: number
  readonly label: EsciLabel | undefined
  readonly before: readonly string[] | undefined
}

function Result({ id, rank, label, before }: ResultProps) {
  const product = useProduct(id)
  const move = moveOf(rank, id, before)
  const title = product?.title === undefined || product.title === '' ? id : product.title
  const about = [title, product?.brand ?? '', product?.color ?? ''].filter((part) => part !== '').join(' · ')
  return (
    <li className={label === undefined ? 'result' : `result judged frame-${label}`}>
      <span className="rank">{rank}</span>
      {label === undefined ? <span className="label label-none" title="not judged for this query" aria-hidden="true" /> : <Label label={label} />}
      <span className="title" title={about}>{title}</span>
      <span className={`move ${move.kind}`} title={move.words}>
        <span aria-hidden="true">{move.mark}</span><span className="visually-hidden">{move.words}</span>
      </span>
    </li>
  )
}

export interface ColumnProps {
  readonly title: string
  readonly note: string | undefined
  readonly inspection: Inspection
  readonly column: ColumnState | undefined
  /** the column to the left, which moves and gains are measured against */
  readonly against: ColumnState | undefined
  readonly waiting: string
}

export function Column({ title, note, inspection, column, against, waiting }: ColumnProps) {
  const labels = labelsOf(inspection)
  const gain = column?.ndcg === undefined || against?.ndcg === undefined ? undefined : column.ndcg - against.ndcg
  return (
    <article className="column" aria-label={title}>
      <header>
        <h3>{title} {note !== undefined && <small>{note}</small>}</h3>
        {column !== undefined && (
          <p className="ndcg">
            NDCG@100 <strong>{score(column.ndcg)}</strong>
            {gain !== undefined && <span className={`delta ${gain > 5e-4 ? 'better' : gain < -5e-4 ? 'worse' : 'level'}`}> {signed(gain)}</span>}
          </p>
        )}
      </header>
      {column === undefined ? <p className="waiting">{waiting}</p> : (
        <>
          <div className="said">
            {column.fault !== undefined && <p className="fault">Format broken: {column.fault}</p>}
            {column.thought !== undefined && column.thought !== '' && <p className="thought" title="the policy’s thought">{column.thought}</p>}
            <Rewrite query={inspection.query} column={column} />
            {column.output !== undefined && <details><summary>Whole output</summary><pre>{column.output}</pre></details>}
          </div>
          {column.ids.length === 0 ? <p className="waiting">no product holds any of these words</p> : (
            <ol className="results">
              {column.ids.slice(0, SHOWN).map((id, at) => <Result key={id} id={id} rank={at + 1} label={labels.get(id)} before={against?.ids} />)}
            </ol>
          )}
        </>
      )}
    </article>
  )
}
