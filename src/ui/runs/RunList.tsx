// The list of runs, drawn as far as it is seen: arrows move, Space compares, Enter opens, F2 renames, Delete deletes with a way back.
import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { isUnderWay } from '../../state/run/run.ts'
import { findRuns, sortRuns } from '../../state/runs/runList.ts'
import { useRuns, useWorkbench } from '../parts/stores.ts'
import { RunRow } from './RunRow.tsx'

const ROW_PIXELS = 86
const OVERSCAN = 6

export function RunList() {
  const { run: page, runs } = useWorkbench()
  const records = useRuns((state) => state.records)
  const search = useRuns((state) => state.search)
  const { by, falling } = useRuns((state) => state.sort)
  const chosen = useRuns((state) => state.chosen)
  const shown = useRuns((state) => state.shown)
  const [renaming, setRenaming] = useState<string>()
  const [focused, setFocused] = useState<string>()
  /** the row whose box was ticked last: Shift takes everything from there */
  const ticked = useRef<string>(undefined)
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useMemo(() => sortRuns(findRuns(records, search), by, falling), [records, search, by, falling])
  const virtual = useVirtualizer({
    count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_PIXELS, overscan: OVERSCAN,
    getItemKey: (at) => rows[at]?.id ?? at,
  })

  const placeOf = (id: string | undefined): number => rows.findIndex((row) => row.id === id)
  const tick = (id: string, wanted: boolean, range: boolean): void => {
    const [from, to] = [placeOf(ticked.current), placeOf(id)].toSorted((a, b) => a - b)
    const ids = range && from! >= 0 ? rows.slice(from, to! + 1).map((row) => row.id) : [id]
    ticked.current = id
    runs.choose(ids, wanted)
  }
  const remove = (id: string): void => {
    const { record, phase } = page.getState()
    if (record?.id === id && isUnderWay(phase)) runs.fail(`run ${record.name} is under way; stop or reset it in Train before deleting it`)
    else void runs.remove(id)
  }
  const focus = (at: number): void => {
    const next = rows[Math.max(0, Math.min(rows.length - 1, at))]
    if (next === undefined) return
    virtual.scrollToIndex(placeOf(next.id))
    setFocused(next.id)
    // the row may have to be drawn first
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-run="${CSS.escape(next.id)}"] .run-open`)?.focus())
  }
  const press = (event: KeyboardEvent<HTMLElement>): void => {
    const id = (event.target as HTMLElement).closest<HTMLElement>('[data-run]')?.dataset['run']
    if (id === undefined || renaming !== undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const at = placeOf(id)
    const acts: Readonly<Record<string, () => void>> = {
      ArrowDown: () => focus(at + 1), ArrowUp: () => focus(at - 1), j: () => focus(at + 1), k: () => focus(at - 1),
      Home: () => focus(0), End: () => focus(rows.length - 1),
      x: () => tick(id, !chosen.includes(id), event.shiftKey),
      F2: () => setRenaming(id),
      Delete: () => remove(id),
    }
    const act = acts[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  }

  if (rows.length === 0) {
    return <p className="waiting">No run of {records.length} matches. <button type="button" className="plain" onClick={() => runs.setSearch('')}>Clear the search</button></p>
  }
  const reached = placeOf(focused) >= 0 ? focused : shown !== undefined && placeOf(shown) >= 0 ? shown : rows[0]?.id
  return (
    <div className="runs-scroll" ref={scroller} onKeyDown={press}>
      <ul aria-label="Kept runs" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const run = rows[index]!
          return (
            <li
              key={key} ref={virtual.measureElement} data-index={index} data-run={run.id} aria-setsize={rows.length} aria-posinset={index + 1}
              className={run.id === shown ? 'shown' : ''} style={{ transform: `translateY(${start}px)` }} onFocus={() => setFocused(run.id)}
            >
              <RunRow
                run={run} place={chosen.indexOf(run.id)} shown={run.id === shown} reached={run.id === reached}
                onTick={(wanted, range) => tick(run.id, wanted, range)}
                renaming={renaming === run.id} onRename={(open) => setRenaming(open ? run.id : undefined)}
              />
            </li>
          )
        })}
      </ul>
    </div>
  )
}
