// One way to ask for the query: what was written, what was searched for, and the first products that came back.
import { printBoolean } from '../../domain/boolean.ts'
import type { EsciLabel } from '../../domain/dataset.ts'
import type { Column as ColumnState, ColumnId, Inspection } from '../../state/view.ts'
import { score, signed } from '../parts/format.ts'
import { wordDiff } from '../parts/wordDiff.ts'
import { Result } from './Result.tsx'

export const SHOWN = 8

/** The better label stands for a product that was judged twice. */
export function labelsOf({ judged }: Inspection): ReadonlyMap<string, EsciLabel> {
  const order = ['I', 'C', 'S', 'E'] as const
  const sorted = (judged?.judgements ?? []).toSorted((a, b) => order.indexOf(a.label) - order.indexOf(b.label))
  return new Map(sorted.map(({ productId, label }) => [productId, label]))
}

function Rewrite({ query, column }: { readonly query: string; readonly column: ColumnState }) {
  if (column.rewrite === undefined) return <p className="rewrite quiet">(a ranking without a text)</p>
  if (column.rewrite === query) return <p className="rewrite">{column.rewrite}</p>
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

/** How a Boolean query was read, and what was read past. */
function Read({ boolean: { query, tolerated } }: { readonly boolean: NonNullable<ColumnState['boolean']> }) {
  return (
    <p className="read">
      <span className="quiet">read as</span> {query === undefined ? '(no words)' : printBoolean(query)}
      {tolerated.length > 0 && <span className="warns"> {tolerated.join('; ')}</span>}
    </p>
  )
}

/** How many of the first ten nobody judged, and how many relevant products the ranking misses. */
function Judged({ column, inspection }: { readonly column: ColumnState; readonly inspection: Inspection }) {
  if (inspection.judged === undefined) return null
  const known = new Set(inspection.judged.judgements.map(({ productId }) => productId))
  const relevant = new Set(inspection.judged.judgements.filter(({ label }) => label === 'E').map(({ productId }) => productId))
  const missed = [...relevant].filter((id) => !column.ids.includes(id)).length
  const shown = column.ids.slice(0, 10)
  const [unjudged, of] = [shown.filter((id) => !known.has(id)).length, shown.length]
  return (
    <p className="judged-note" title="Products that nobody judged count as irrelevant. Misses are relevant products beyond rank 100.">
      <strong>{unjudged}</strong> of the first {of} unjudged
      {relevant.size > 0 && <> · <strong>{missed}</strong> of {relevant.size} relevant missed</>}
    </p>
  )
}

interface FoundProps {
  readonly column: ColumnState
  readonly name: ColumnId
  readonly labels: ReadonlyMap<string, EsciLabel>
  readonly against: ColumnState | undefined
}

function Found({ column: { unranked, ids, scores, boolean }, name, labels, against }: FoundProps) {
  if (unranked !== undefined) return <p role="alert" className="notice bad">No ranking: {unranked}</p>
  if (ids.length === 0) {
    return <p className="waiting">{boolean === undefined ? 'no product holds any of these words' : 'no product matches this query'}</p>
  }
  return (
    <ol className="results">
      {ids.slice(0, SHOWN).map((id, at) => (
        <Result key={id} id={id} rank={at + 1} score={scores[at]} by={name} label={labels.get(id)} before={against?.ids} />
      ))}
    </ol>
  )
}

export interface ColumnProps {
  readonly title: string
  readonly name: ColumnId
  readonly note: string | undefined
  readonly inspection: Inspection
  readonly column: ColumnState | undefined
  /** the column to the left, which moves and gains are measured against */
  readonly against: ColumnState | undefined
  readonly waiting: string
}

export function Column({ title, name, note, inspection, column, against, waiting }: ColumnProps) {
  const labels = labelsOf(inspection)
  const gain = column?.measures === undefined || against?.measures === undefined ? undefined : column.measures['ndcg@100'] - against.measures['ndcg@100']
  return (
    <article className="column" aria-label={title}>
      <header>
        <h3>{title} {note !== undefined && <small>{note}</small>}</h3>
        {column !== undefined && (
          <p className="ndcg">
            NDCG@100 <strong>{score(column.measures?.['ndcg@100'])}</strong>
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
            {column.boolean !== undefined && <Read boolean={column.boolean} />}
            {column.output !== undefined && <details><summary>Whole output</summary><pre>{column.output}</pre></details>}
          </div>
          <div className="found">
            <Found column={column} name={name} labels={labels} against={against} />
            <Judged column={column} inspection={inspection} />
          </div>
        </>
      )}
    </article>
  )
}
