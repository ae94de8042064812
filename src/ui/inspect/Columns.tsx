// The columns side by side under one scroll bar: rank n of one stands beside rank n of the next, and lines join the same products.
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type CSSProperties, type RefObject } from 'react'
import { labelsOf } from '../../domain/labels.ts'
import { titleOf } from '../../state/inspect/columnTitles.ts'
import type { Inspection } from '../../state/inspect/view.ts'
import { comparedText } from '../../state/tasks/words.ts'
import { useAnswerers, useView } from '../parts/stores.ts'
import { Column } from './Column.tsx'
import { Lines, type Place } from './Lines.tsx'

/** Longer lists are drawn as far as they are in sight. */
const DRAWN_WHOLE = 20
const [ROW_REM, PICTURE_ROW_REM] = [2.25, 3.5]

const same = (a: readonly (Place | undefined)[], b: readonly (Place | undefined)[]): boolean => (
  a.length === b.length && a.every((place, at) => place?.left === b[at]?.left && place?.right === b[at]?.right && place?.top === b[at]?.top))

function placesIn(inner: HTMLElement): (Place | undefined)[] {
  const origin = inner.getBoundingClientRect()
  return [...inner.querySelectorAll('.column')].map((column): Place | undefined => {
    const list = column.querySelector('.results')?.getBoundingClientRect()
    return list && { left: list.left - origin.left, right: list.right - origin.left, top: list.top - origin.top }
  })
}

/** Where each column's list lies within `inner`, kept up with what is rendered and with every change of size. */
function usePlaces(inner: RefObject<HTMLElement | null>): readonly (Place | undefined)[] {
  const [places, setPlaces] = useState<readonly (Place | undefined)[]>([])
  useLayoutEffect(() => {
    const element = inner.current
    if (element === null) return undefined
    // tells of every observed size at once, so also of what was just rendered
    const observer = new ResizeObserver(() => {
      const found = placesIn(element)
      setPlaces((before) => (same(before, found) ? before : found))
    })
    for (const child of [element, ...element.querySelectorAll('.said')]) observer.observe(child)
    return () => observer.disconnect()
  })
  return places
}

const remPixels = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize)

export function Columns({ inspection }: { readonly inspection: Inspection }) {
  const ids = useView((state) => state.columns)
  const listed = useView((state) => state.listed)
  const pictures = useView((state) => state.pictures)
  const answerers = useAnswerers()
  const scroller = useRef<HTMLDivElement>(null)
  const inner = useRef<HTMLDivElement>(null)
  const [rem] = useState(remPixels)
  const row = Math.round(rem * (pictures ? PICTURE_ROW_REM : ROW_REM))
  const places = usePlaces(inner)
  const base = useMemo(() => comparedText(inspection.task, inspection.query), [inspection.task, inspection.query])
  const labels = useMemo(() => labelsOf(inspection.judged?.judgements), [inspection.judged])
  const rankings = useMemo(() => ids.map((id) => inspection.columns[id]?.ids), [ids, inspection.columns])

  const long = listed > DRAWN_WHOLE
  const tops = places.flatMap((place) => (place === undefined ? [] : [place.top]))
  const virtual = useVirtualizer({
    count: listed, getScrollElement: () => scroller.current, estimateSize: () => row, overscan: 6, enabled: long,
    scrollMargin: tops.length === 0 ? 0 : Math.min(...tops),
  })
  useEffect(() => virtual.measure(), [virtual, row])
  const inSight = long ? virtual.getVirtualItems() : []
  const [first, last] = long ? [inSight[0]?.index ?? 0, inSight.at(-1)?.index ?? DRAWN_WHOLE - 1] : [0, listed - 1]

  if (ids.length === 0) return <p className="waiting">No column is left. Add one: the query as typed, a policy, a checkpoint, a text of your own.</p>
  return (
    <div ref={scroller} className={`columns${long ? ' long' : ''}`} role="group" aria-label="Columns" tabIndex={-1}>
      <div ref={inner} className="columns-inner" style={{ '--count': ids.length, '--row': `${row}px` } as CSSProperties}>
        <Lines places={places} ids={rankings} listed={listed} row={row} />
        {ids.map((id, at) => {
          const left = at === 0 ? undefined : inspection.columns[ids[at - 1]!]
          const column = inspection.columns[id]
          const { title, note } = titleOf(id, answerers, column)
          return (
            <Column
              key={id} id={id} title={title} note={note} query={inspection.query} base={base} judged={inspection.judged} column={column} absent={inspection.absent[id]}
              hasLeft={at > 0} left={left} labels={labels} first={first} last={last} row={row}
            />
          )
        })}
      </div>
    </div>
  )
}
