// What was written for a row: the thought with its length, the text with what changed in it or the list, the format, and the whole output.
import { printBoolean } from '../../domain/boolean.ts'
import type { Column as ColumnState } from '../../state/inspect/view.ts'
import { Rewrite } from '../parts/Diff.tsx'
import { Entries } from '../parts/Items.tsx'
import { useRun } from '../parts/stores.ts'
import { Thought } from '../parts/Thought.tsx'

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

interface SaidProps {
  /** the text that the answer changed; undefined where it is a text of its own, or a list */
  readonly base: string | undefined
  readonly column: ColumnState
  /** the text stands elsewhere already */
  readonly plain: boolean
}

export function Said({ base, column, plain }: SaidProps) {
  const budget = useRun((state) => state.settings.thoughtBudget)
  return (
    <>
      {column.fault !== undefined && <p className="fault">Format broken: {column.fault}</p>}
      {column.thought !== undefined && column.thought !== '' && <Thought thought={column.thought} budget={budget} />}
      {column.entries !== undefined ? <Entries entries={column.entries} names={column.searched.length > 0} brief />
        : !plain && (base === undefined && column.rewrite !== undefined ? <p className="rewrite">{column.rewrite === '' ? <span className="quiet">(nothing)</span> : column.rewrite}</p>
          : <Rewrite query={base ?? ''} rewrite={column.rewrite} />)}
      {column.boolean !== undefined && <Read boolean={column.boolean} />}
      {column.output !== undefined && <details><summary>Whole output</summary><pre>{column.output}</pre></details>}
    </>
  )
}
