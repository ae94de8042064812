// What was written for a query: the text with what changed in it, the thought before it, the format, and the whole output.
import { printBoolean } from '../../domain/boolean.ts'
import type { Column as ColumnState } from '../../state/inspect/view.ts'
import { Rewrite } from '../parts/Diff.tsx'

/** Longer thoughts are folded. */
const LONG_THOUGHT = 140

/** How a Boolean query was read, and what was read past. */
function Read({ boolean: { query, tolerated } }: { readonly boolean: NonNullable<ColumnState['boolean']> }) {
  return (
    <p className="read">
      <span className={tolerated.length === 0 && query !== undefined ? 'good' : 'warns'}>
        {query === undefined ? 'no Boolean query' : tolerated.length === 0 ? 'valid Boolean query' : `repaired: ${tolerated.join('; ')}`}
      </span>
      {query !== undefined && <> <span className="quiet">read as</span> {printBoolean(query)}</>}
    </p>
  )
}

function Thought({ thought }: { readonly thought: string }) {
  if (thought.length <= LONG_THOUGHT) return <p className="thought" title="the thought before the answer">{thought}</p>
  return (
    <details className="thought">
      <summary>{thought.slice(0, LONG_THOUGHT - 20).trimEnd()} …</summary>
      <p>{thought}</p>
    </details>
  )
}

interface SaidProps {
  readonly query: string
  readonly column: ColumnState
  /** the text stands elsewhere already */
  readonly plain: boolean
}

export function Said({ query, column, plain }: SaidProps) {
  return (
    <>
      {column.fault !== undefined && <p className="fault">Format broken: {column.fault}</p>}
      {column.thought !== undefined && column.thought !== '' && <Thought thought={column.thought} />}
      {!plain && <Rewrite query={query} rewrite={column.rewrite} />}
      {column.boolean !== undefined && <Read boolean={column.boolean} />}
      {column.output !== undefined && <details><summary>Whole output</summary><pre>{column.output}</pre></details>}
    </>
  )
}
