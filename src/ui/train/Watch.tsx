// One query watched through training: how each of the inspector's columns asks for it and what that is worth. The inspector shows the rest.
import { titleOf } from '../../state/inspect/columnTitles.ts'
import type { Column, ColumnId, Inspection } from '../../state/inspect/view.ts'
import { comparedText, rowWords } from '../../state/tasks/words.ts'
import { Rewrite } from '../parts/Diff.tsx'
import { score, signed } from '../parts/format.ts'
import { Entries } from '../parts/Items.tsx'
import { useAnswerers, useView, useWorkbench } from '../parts/stores.ts'

/** More than this is a matter for the inspector. */
const MOST = 5

/** What a column found, against the first column. */
function Worth({ column, first, k }: { readonly column: Column; readonly first: Column | undefined; readonly k: 10 | 100 }) {
  const [value, base] = [column.measures?.[`ndcg@${k}`], first?.measures?.[`ndcg@${k}`]]
  const gain = value === undefined || base === undefined || column === first ? undefined : value - base
  if (column.unranked !== undefined) return <span className="watch-score fault">not ranked</span>
  return (
    <span className="watch-score">
      <strong>{score(value)}</strong>
      {gain !== undefined && <span className={gain > 5e-4 ? 'better' : gain < -5e-4 ? 'worse' : 'level'}> {signed(gain)}</span>}
    </span>
  )
}

interface WayProps {
  readonly id: ColumnId
  readonly inspection: Inspection
  readonly first: Column | undefined
  /** what an answer is shown against, word by word */
  readonly base: string | undefined
}

/** What a column answered in one line: the changed words, the list, or the text. */
function Answer({ column, base }: { readonly column: Column; readonly base: string | undefined }) {
  if (column.entries !== undefined) return <Entries entries={column.entries} names={column.searched.length > 0} />
  if (base === undefined && column.rewrite !== undefined) return <p className="rewrite">{column.rewrite}</p>
  return <Rewrite query={base ?? ''} rewrite={column.rewrite} />
}

function Way({ id, inspection, first, base }: WayProps) {
  const answerers = useAnswerers()
  const k = useView((state) => state.k)
  const column = inspection.columns[id]
  const absent = inspection.absent[id]
  const { title, note } = titleOf(id, answerers, column)
  return (
    <li>
      <span className="watch-way" title={note === '' ? title : `${title}, ${note}`}>{title} <small>{note}</small></span>
      {column !== undefined && <Answer column={column} base={base} />}
      {column === undefined && <p className="rewrite quiet" title={absent}>{absent ?? (id === 'original' ? 'ranking …' : 'writing …')}</p>}
      {column === undefined ? <span className="watch-score">–</span> : <Worth column={column} first={first} k={k} />}
    </li>
  )
}

export function Watch() {
  const { view } = useWorkbench()
  const inspection = useView((state) => state.inspection)
  const ids = useView((state) => state.columns)
  const k = useView((state) => state.k)
  if (inspection === undefined || ids.length === 0) return null
  const { query, judged, columns } = inspection
  const base = comparedText(inspection.task, query)
  const { one } = rowWords(inspection.task?.spec ?? { over: 'queries' })
  return (
    <section className="panel watch" aria-label="Watched query">
      <header>
        <h3>Watching <q>{query}</q></h3>
        <small>{judged === undefined ? 'nobody judged it' : `${judged.split} ${one} · NDCG@${k}, gain over the first`}</small>
        <button type="button" className="plain" onClick={() => view.setPlace('inspect')}>Inspect it</button>
      </header>
      <ul>{ids.slice(0, MOST).map((id) => <Way key={id} id={id} inspection={inspection} first={columns[ids[0]!]} base={base} />)}</ul>
      {ids.length > MOST && <p className="quiet">and {ids.length - MOST} more columns in the inspector</p>}
    </section>
  )
}
