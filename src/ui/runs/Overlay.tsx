// The curves of the chosen runs in one grid, each in its colour and dash; the run of the page goes on growing among them.
import { useEffect, useMemo } from 'react'
import { settingsFrom } from '../../state/run/kept.ts'
import type { RunRecord } from '../../state/runs/runs.ts'
import { CurveGrid, type ChartedRun } from '../charts/CurveGrid.tsx'
import { useRun, useRuns, useWorkbench } from '../parts/stores.ts'
import { MOST_OVERLAID } from './palette.ts'

export function useRecords(ids: readonly string[]): readonly RunRecord[] {
  const records = useRuns((state) => state.records)
  return useMemo(() => ids.flatMap((id) => records.find((record) => record.id === id) ?? []), [records, ids])
}

/** The runs with their events read, each in the colour that it has in the list; those that are still read, or cannot be, are left out. */
function useCharted(ids: readonly string[], records: readonly RunRecord[]): readonly ChartedRun[] {
  const opened = useRuns((state) => state.opened)
  const live = useRun((state) => (records.some(({ id }) => id === state.record?.id) ? state.run : undefined))
  const liveId = useRun((state) => state.record?.id)
  return useMemo(() => records.flatMap((record): ChartedRun[] => {
    const state = record.id === liveId ? live : opened.get(record.id)?.state
    const { id, name, settings } = record
    return state === undefined ? [] : [{ id, name, state, settings: settingsFrom(settings), place: ids.indexOf(id) }]
  }), [ids, records, opened, live, liveId])
}

export function Overlay({ ids }: { readonly ids: readonly string[] }) {
  const { runs } = useWorkbench()
  const wanted = useMemo(() => ids.slice(0, MOST_OVERLAID), [ids])
  const records = useRecords(wanted)
  const opening = useRuns((state) => wanted.filter((id) => state.opening.has(id)).length)
  const liveId = useRun((state) => state.record?.id)
  useEffect(() => {
    for (const id of wanted) if (id !== liveId) void runs.open(id)
  }, [runs, wanted, liveId])
  const charted = useCharted(wanted, records)
  return (
    <>
      {ids.length > MOST_OVERLAID && <p className="notice warn">The first {MOST_OVERLAID} of {ids.length} chosen runs are drawn; more cannot be told apart. Untick some to see the others.</p>}
      {opening > 0 && <p className="waiting" role="status">reading the events of {opening} {opening === 1 ? 'run' : 'runs'} …</p>}
      {charted.length > 0 && <CurveGrid runs={charted} />}
    </>
  )
}
