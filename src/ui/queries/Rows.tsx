// The rows: only those in view are in the page, in a grid that says how many there are and where each stands.
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual'
import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { COLUMNS, hasFailed, outcomeOf, type QueryRow, type TableColumn } from '../../state/queries/queryRows.ts'
import { score, signed } from '../parts/format.ts'
import { useQueryTable, useRowWords, useWorkbench } from '../parts/stores.ts'
import { useSize } from '../parts/useSize.ts'
import { COLUMN_WORDS, OUTCOMES } from './words.ts'

/** Below this a row is two lines, and a select stands for the header's buttons. */
const WIDE = 680
const HEIGHTS = { wide: 28, compact: 46 } as const
/** the header's, with its line; it stays on top while the rows scroll below it */
const HEAD = 29
const OVERSCAN = 8

interface RowProps {
  readonly row: QueryRow
  readonly a: number
  readonly b: number
  readonly delta: number
  /** the largest difference in the table: the bars' end */
  readonly reach: number
  readonly index: number
  readonly top: number
  readonly selected: boolean
  readonly noted: boolean
}

const rowDomId = (id: string): string => `query-row-${id}`

function formatWords({ a, b }: QueryRow): string {
  const failed = a?.failed ?? b?.failed
  if (failed !== undefined) return `no ranking: ${failed}`
  const broken = [a?.format === false ? 'A' : '', b?.format === false ? 'B' : ''].filter((side) => side !== '')
  return broken.length === 0 ? 'format kept' : `format broken in ${broken.join(' and ')}`
}

const Row = memo(function Row({ row, a, b, delta, reach, index, top, selected, noted }: RowProps) {
  const outcome = outcomeOf(delta)
  const { mark, word } = outcome === undefined ? { mark: '', word: '' } : OUTCOMES[outcome]
  const share = outcome === undefined || reach === 0 ? 0 : Math.abs(delta) / reach * 50
  const asked = row.a !== undefined || row.b !== undefined
  const failed = hasFailed(row)
  return (
    <div
      role="row" id={rowDomId(row.id)} aria-rowindex={index + 2} aria-selected={selected} data-query={row.id}
      className={`query-row${selected ? ' selected' : ''}`} style={{ transform: `translateY(${top}px)` }}
    >
      <span role="gridcell" aria-colindex={1} className="q-query" title={row.text}>{row.text}</span>
      <span role="gridcell" aria-colindex={2} className="q-domain" title={row.domain}>{row.domain ?? ''}</span>
      <span role="gridcell" aria-colindex={3} className="q-a">{score(a)}</span>
      <span role="gridcell" aria-colindex={4} className="q-b">{score(b)}</span>
      <span role="gridcell" aria-colindex={5} className={`q-delta outcome-${outcome ?? 'none'}`}>
        <span className="delta-bar" aria-hidden="true"><span style={{ width: `${share}%`, [delta < 0 ? 'right' : 'left']: '50%' }} /></span>
        <span className="delta-number">{signed(delta)}</span>
        <span className="delta-mark" aria-hidden="true">{mark}</span><span className="visually-hidden">{word}</span>
      </span>
      <span role="gridcell" aria-colindex={6} className={failed ? 'q-format fault' : 'q-format'} title={asked ? formatWords(row) : ''}>
        <span aria-hidden="true">{asked ? (failed ? '✕' : '✓') : ''}</span><span className="visually-hidden">{asked ? formatWords(row) : ''}</span>
      </span>
      <span role="gridcell" aria-colindex={7} className="q-judged" title={row.judged === undefined ? '' : `${row.exact} exact of ${row.judged} judged products`}>
        {row.judged === undefined ? '–' : <>{row.exact}<span className="q-word"> exact of </span><span className="q-of" aria-hidden="true">/</span>{row.judged}</>}
      </span>
      <span role="gridcell" aria-colindex={8} className="q-unjudged" title="of B’s first ten, how many nobody judged">{row.b?.unjudged ?? '–'}<span className="q-word"> unjudged</span></span>
      <span role="gridcell" aria-colindex={9} className="q-note"><span aria-hidden="true">{noted ? '✎' : ''}</span><span className="visually-hidden">{noted ? 'has a note' : ''}</span></span>
    </div>
  )
})

function Head({ wide }: { readonly wide: boolean }) {
  const { queries } = useWorkbench()
  const sort = useQueryTable((state) => state.sort)
  const { one } = useRowWords()
  const wordOf = (by: TableColumn): string => (by === 'query' && one === 'history' ? 'History' : COLUMN_WORDS[by])
  const press = (by: TableColumn): void => {
    // first click: what one looks for first; second: the other way; third: the queries' own order
    const first = by === 'a' || by === 'b' || by === 'judged' || by === 'unjudged'
    if (sort?.by !== by) queries.show({ sort: { by, down: first } })
    else queries.show({ sort: sort.down === first ? { by, down: !first } : undefined })
  }
  return (
    <div role="row" aria-rowindex={1} className={wide ? 'query-head' : 'query-head visually-hidden'}>
      {COLUMNS.map((by, at) => (
        <span key={by} role="columnheader" aria-colindex={at + 1} className={`q-${by}`} aria-sort={sort?.by === by ? (sort.down ? 'descending' : 'ascending') : 'none'}>
          {wide ? (
            <button type="button" onClick={() => press(by)}>{wordOf(by)}<span aria-hidden="true">{sort?.by === by ? (sort.down ? ' ↓' : ' ↑') : ''}</span></button>
          ) : wordOf(by)}
        </span>
      ))}
    </div>
  )
}

export function Rows() {
  const { queries } = useWorkbench()
  const { one, many } = useRowWords()
  const table = useQueryTable((state) => state.table)
  const values = useQueryTable((state) => state.values)
  const order = useQueryTable((state) => state.order)
  const selected = useQueryTable((state) => state.selected)
  const notes = useQueryTable((state) => state.notes)
  const byUnjudged = useQueryTable((state) => state.sort?.by === 'unjudged')
  const scroller = useRef<HTMLDivElement | null>(null)
  const [measure, size] = useSize()
  const [ready, setReady] = useState(false)
  const attach = useCallback((element: HTMLDivElement | null): void => {
    scroller.current = element
    measure(element)
    setReady(element !== null)
  }, [measure])
  const wide = size !== undefined && size.width >= WIDE
  const height = HEIGHTS[wide ? 'wide' : 'compact']
  const head = wide ? HEAD : 0
  const at = useMemo(() => (selected === undefined ? -1 : order.findIndex((place) => table.rows[place]!.id === selected)), [order, table, selected])
  // the chosen row is in the page wherever one scrolls: the grid names it as the active one
  const rangeExtractor = useCallback((range: Range): number[] => {
    const inSight = defaultRangeExtractor(range)
    if (at < 0 || at >= range.count || (at >= inSight[0]! && at <= inSight.at(-1)!)) return inSight
    return at < inSight[0]! ? [at, ...inSight] : [...inSight, at]
  }, [at])
  const virtual = useVirtualizer({
    count: ready ? order.length : 0, getScrollElement: () => scroller.current, estimateSize: () => height, overscan: OVERSCAN, useFlushSync: false,
    scrollMargin: head, scrollPaddingStart: head, rangeExtractor,
  })
  useEffect(() => virtual.measure(), [virtual, height])
  const reach = useMemo(() => values.delta.reduce((most, delta) => (Number.isNaN(delta) ? most : Math.max(most, Math.abs(delta))), 0), [values])

  // the chosen row stays in sight, whatever chose it
  useEffect(() => { if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' }) }, [virtual, at])

  return (
    <div
      ref={attach} role="grid" tabIndex={0} aria-label="Queries" aria-rowcount={Math.max(1, order.length) + 1} aria-colcount={COLUMNS.length} data-queries="grid"
      aria-activedescendant={at < 0 ? undefined : rowDomId(selected!)} className={wide ? 'query-grid wide' : `query-grid compact${byUnjudged ? ' by-unjudged' : ''}`}
      onClick={(event) => {
        const id = (event.target as HTMLElement).closest<HTMLElement>('[data-query]')?.dataset['query']
        if (id !== undefined) queries.select(id)
      }}
    >
      <div role="rowgroup"><Head wide={wide} /></div>
      <div role="rowgroup" className="query-rows" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const place = order[index]!
          const row = table.rows[place]!
          return (
            <Row
              key={row.id} row={row} a={values.a[place]!} b={values.b[place]!} delta={values.delta[place]!} reach={reach} index={index} top={start - head}
              selected={row.id === selected} noted={notes.has(row.id)}
            />
          )
        })}
      </div>
      {order.length === 0 && (
        <div role="row" className="waiting"><span role="gridcell">{table.rows.length === 0 ? `This data set has no ${one === 'query' ? 'judged queries' : many} of this split.` : `No ${one} passes these filters.`}</span></div>
      )}
    </div>
  )
}
