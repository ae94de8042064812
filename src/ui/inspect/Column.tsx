// One way to ask for the query: what was written, what was searched for, and the products that came back.
import { Menu, MenuButton, MenuItem, MenuProvider } from '@ariakit/react/menu'
import { memo, useId, useMemo, useState, type FocusEvent, type KeyboardEvent } from 'react'
import type { EsciLabel } from '../../domain/dataset.ts'
import { searchText } from '../../domain/words.ts'
import { kindOf } from '../../state/inspect/columns.ts'
import { wantedTerms } from '../../state/inspect/highlight.ts'
import { textFor } from '../../state/inspect/shown.ts'
import type { Column as ColumnState, ColumnId, Inspection } from '../../state/inspect/view.ts'
import { Rewrite } from '../parts/Diff.tsx'
import { useLibrary, useRows, useRun, useView, useWorkbench } from '../parts/stores.ts'
import { Between, DroppedProducts, Judged, Measure } from './Comparison.tsx'
import { focusAcross, focusRank } from './focus.ts'
import { droppedFrom, ranksOf } from './ranks.ts'
import { Result } from './Result.tsx'
import { Said } from './Said.tsx'

/** What a person does to a column. */
function ColumnMenu({ id, title, left }: { readonly id: ColumnId; readonly title: string; readonly left: ColumnState | undefined }) {
  const { view } = useWorkbench()
  const at = useView((state) => state.columns.indexOf(id))
  const count = useView((state) => state.columns.length)
  const text = left?.rewrite
  return (
    <MenuProvider placement="bottom-end">
      <MenuButton className="column-menu" aria-label={`Column ${title}`}>⋯</MenuButton>
      <Menu className="menu" gutter={4} unmountOnHide fixed overflowPadding={8}>
        <MenuItem className="menu-item" disabled={at === 0} onClick={() => view.moveColumn(id, -1)}>Move left</MenuItem>
        <MenuItem className="menu-item" disabled={at === count - 1} onClick={() => view.moveColumn(id, 1)}>Move right</MenuItem>
        {kindOf(id)?.is === 'typed' && (
          <MenuItem className="menu-item" disabled={text === undefined} onClick={() => view.type(id, text ?? '')}>Take the text at the left</MenuItem>
        )}
        <MenuItem className="menu-item" onClick={() => view.removeColumn(id)}>Remove</MenuItem>
      </Menu>
    </MenuProvider>
  )
}

/** The text of one's own; a line break would be a space to every recommender. */
interface TypedProps extends Pick<ColumnProps, 'id' | 'query' | 'base' | 'title'> {
  /** what stands there until something is typed */
  readonly own: string | undefined
}

function Typed({ id, query, base, own, title }: TypedProps) {
  const { view } = useWorkbench()
  const isQuery = useRows((state) => state.spec.over === 'queries' && state.spec.answers === 'query')
  const text = useView((state) => (isQuery ? textFor(state.typed, id, query) : state.typed[id]?.[query] ?? own ?? ''))
  return (
    <>
      <textarea
        className="typed" aria-label={`${title}: what to search for`} rows={2} spellCheck={false} value={text}
        onChange={(event) => view.type(id, event.currentTarget.value.replaceAll('\n', ' '))}
      />
      {base !== undefined && text !== base && <Rewrite query={base} rewrite={text} />}
    </>
  )
}

export interface ColumnProps {
  readonly id: ColumnId
  readonly title: string
  readonly note: string
  readonly query: string
  /** what an answer is shown against, word by word */
  readonly base: string | undefined
  readonly judged: Inspection['judged']
  readonly column: ColumnState | undefined
  /** why there is none */
  readonly absent: string | undefined
  /** there is a column at the left, and what it holds: moves and gains are measured against it */
  readonly hasLeft: boolean
  readonly left: ColumnState | undefined
  readonly labels: ReadonlyMap<string, EsciLabel>
  /** ranks that are drawn, from 0 */
  readonly first: number
  readonly last: number
  /** pixels of a row */
  readonly row: number
}

function Results({ id, column, left, labels, judged, first, last, row }: ColumnProps & { readonly column: ColumnState }) {
  const listed = useView((state) => state.listed)
  const pictures = useView((state) => state.pictures)
  const spec = useLibrary((state) => state.shop?.spec)
  const mode = useRun((state) => state.settings.mode)
  const [stop, setStop] = useState(0)
  const { searched } = column
  const wanted = useMemo(() => (searched.length === 0 ? undefined : wantedTerms(searchText(searched.join(' '), mode), spec)), [searched, mode, spec])
  const before = useMemo(() => (left === undefined ? undefined : ranksOf(left.ids)), [left])
  const size = Math.min(listed, column.ids.length)
  const to = Math.min(size - 1, last)
  // the row that Tab comes to is always one that is drawn
  const tabStop = stop >= first && stop <= to ? stop : first
  const press = (event: KeyboardEvent<HTMLElement>): void => {
    const at = Number((event.target as HTMLElement).closest<HTMLElement>('[data-rank]')?.dataset['rank'] ?? 0)
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 }[event.key]
    const done = by !== undefined ? focusRank(event.currentTarget, Math.max(1, Math.min(size, at + by)))
      : event.key === 'ArrowLeft' ? focusAcross(event.currentTarget, at, -1)
        : event.key === 'ArrowRight' && focusAcross(event.currentTarget, at, 1)
    if (done) event.preventDefault()
  }
  const focus = (event: FocusEvent): void => setStop(Number(event.target.closest<HTMLElement>('[data-rank]')?.dataset['rank'] ?? 1) - 1)
  return (
    // a row holds the one button that opens it: the keys move between rows, as in a list of options
    <ol className="results" style={{ height: size * row, paddingTop: first * row }} onKeyDown={press} onFocus={focus}>
      {column.ids.slice(first, to + 1).map((product, at) => {
        const rank = first + at + 1
        return (
          <Result
            key={product} id={product} rank={rank} score={column.scores[rank - 1]} by={id} label={labels.get(product)}
            judged={judged !== undefined && judged.history === undefined} was={before?.get(product)} compared={before !== undefined} wanted={wanted} pictures={pictures}
            stop={rank - 1 === tabStop} size={size}
          />
        )
      })}
    </ol>
  )
}

function Body(props: ColumnProps & { readonly column: ColumnState }) {
  const { column, left, labels, judged } = props
  const listed = useView((state) => state.listed)
  const dropped = useMemo(() => (left === undefined ? [] : droppedFrom(left.ids, ranksOf(column.ids), listed)), [left, column, listed])
  if (column.unranked !== undefined) return <p role="alert" className="notice bad">No ranking: {column.unranked}</p>
  if (column.ids.length === 0) {
    const why = column.searched.length === 0 ? 'the list names no candidate' : column.boolean === undefined ? 'no product holds any of these words' : 'no product matches this query'
    return <p className="waiting">{why}</p>
  }
  return (
    <>
      <Results {...props} />
      <DroppedProducts dropped={dropped} />
      <Judged column={column} judged={judged} labels={labels} listed={listed} />
    </>
  )
}

function ColumnBase(props: ColumnProps) {
  const { id, title, note, query, base, column, absent, left, hasLeft } = props
  const k = useView((state) => state.k)
  const listed = useView((state) => state.listed)
  const heading = useId()
  const typed = kindOf(id)?.is === 'typed'
  return (
    <article
      className="column" data-column={id} aria-label={title} aria-busy={column === undefined && absent === undefined} tabIndex={-1}
      onKeyDown={(event) => {
        if (event.target === event.currentTarget && event.key === 'ArrowDown' && focusRank(event.currentTarget, 1)) event.preventDefault()
      }}
    >
      <header>
        <div className="column-name">
          <h3 id={heading} title={note === '' ? title : `${title}, ${note}`}>{title} {note !== '' && <small>{note}</small>}</h3>
          <ColumnMenu id={id} title={title} left={left} />
        </div>
        {column !== undefined && (
          <p className="measures">
            <Measure name={`NDCG@${k}`} value={column.measures?.[`ndcg@${k}`]} against={left?.measures?.[`ndcg@${k}`]} />
            <Measure name={`Recall@${k}`} value={column.measures?.[`recall@${k}`]} against={left?.measures?.[`recall@${k}`]} />
          </p>
        )}
      </header>
      <div className="said">
        {typed && <Typed id={id} query={query} base={base} own={column?.rewrite} title={title} />}
        {column !== undefined && <Said base={base} column={column} plain={typed} />}
        {column !== undefined && hasLeft && left !== undefined && <Between left={left} column={column} listed={listed} />}
      </div>
      <div className="found">
        {column !== undefined && <Body {...props} column={column} />}
        {column === undefined && absent !== undefined && <p className="notice">{absent}</p>}
        {column === undefined && absent === undefined && <p className="waiting">{id === 'original' || typed ? 'ranking …' : 'writing …'}</p>}
      </div>
    </article>
  )
}
export const Column = memo(ColumnBase)
