// The curves of one run or of several, in sections. Each chart follows by itself, in a task of its own.
import { Fragment, lazy, Suspense, useCallback, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { createCursor, type Cursor } from '../../state/cursor.ts'
import { sentenceOf } from '../../state/sentence.ts'
import { RUN_COLOURS, RUN_DASHES } from '../runs/palette.ts'
import { useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'
import { inTurn } from '../parts/turns.ts'
import { ChartBar } from './ChartBar.tsx'
import { ChartCard, type ChartAct } from './ChartCard.tsx'
import { Charted, type ChartedRun } from './charted.ts'
import { CURVES, ofImitation, SECTIONS, type Curve, type Section } from './curves.ts'
import type { Look } from './frame.ts'
import type { RunSeries } from './runSeries.ts'
import { TradeOffs } from './TradeOffs.tsx'
import './charts.css'

export type { ChartedRun } from './charted.ts'

const Large = lazy(async () => ({ default: (await import('./Large.tsx')).Large }))
const ExportSheet = lazy(async () => ({ default: (await import('./ExportSheet.tsx')).ExportSheet }))

/** Sections that runs like these have. */
function sectionsOf(all: readonly RunSeries[]): readonly Section[] {
  const stages = new Set(all.flatMap(({ settings }) => settings.stages.split(',')))
  return SECTIONS.map(({ id }) => id).filter((id) => stages.has(id === 'sft' ? 'sft' : 'grpo'))
}

/** Steps of imitation are counted apart: their charts have a cursor of their own, drawn the same way. */
function useSftCursor(cursor: Cursor): Cursor {
  const [own] = useState(createCursor)
  useEffect(() => {
    const follow = ({ axis, log, ignoreOutliers }: ReturnType<Cursor['getState']>): void => own.setState({ axis, log, ignoreOutliers })
    follow(cursor.getState())
    return cursor.subscribe((now, before) => {
      follow(now)
      if (before.range !== undefined && now.range === undefined) own.showAll()
      if (before.pinned !== undefined && now.pinned === undefined) own.unpin()
    })
  }, [cursor, own])
  return own
}

/** Counts from 0 up to `all`, one a task: a page of charts put up at once would hold everything up. */
function useOneByOne(all: number): number {
  const [ready, setReady] = useState(0)
  useEffect(() => (ready < all ? inTurn(() => setReady(ready + 1)) : undefined), [all, ready])
  return ready
}

function Legend({ all }: { readonly all: readonly RunSeries[] }) {
  return (
    <ul className="chart-legend" aria-label="Runs">
      {all.map(({ id, name, place = 0 }) => (
        <li key={id}>
          <svg width="22" height="8" aria-hidden="true">
            <line
              x1="0" y1="4" x2="22" y2="4" strokeWidth="2.5"
              stroke={RUN_COLOURS[place % RUN_COLOURS.length]} strokeDasharray={RUN_DASHES[place % RUN_DASHES.length]}
            />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  )
}

/** What lies open over the grid. */
type Over = { readonly is: 'none' } | { readonly is: 'large'; readonly curve: Curve; readonly table: boolean } | { readonly is: 'export' }

/**
 * Draws the curves of `runs` together; the first is the one that is pointed at, and whose alarms and checkpoints are marked. Its parent may render as often
 * as it likes: a chart follows in its own time, and reads only what was added.
 */
export function CurveGrid({ runs }: { readonly runs: readonly ChartedRun[] }) {
  const { cursor, view } = useWorkbench()
  const [charted] = useState(() => new Charted(runs))
  useEffect(() => charted.follow(runs), [charted, runs])
  useStore(charted.version, () => `${charted.series.map(({ place, id, name, settings }) => `${place} ${id} ${name} ${settings.stages}`).join()}`)
  const sftCursor = useSftCursor(cursor)
  const shown = sectionsOf(charted.series)
  const curves = CURVES.filter(({ section }) => shown.includes(section))
  // the bar above comes first, in a task of its own too
  const ready = useOneByOne(curves.length + 1)
  const [fault, setFault] = useState<string>()
  const [over, setOver] = useState<Over>({ is: 'none' })
  const lookOf = useCallback((curve: Curve, line?: string): Look => {
    const { axis, log, ignoreOutliers, range } = (ofImitation(curve.of) ? sftCursor : cursor).getState()
    return { axis, log, ignoreOutliers, range, smoothing: view.getState().smoothing, line }
  }, [cursor, sftCursor, view])
  const act = useCallback((curve: Curve, what: ChartAct, line: string | undefined): void => {
    if (what === 'enlarge' || what === 'table') return setOver({ is: 'large', curve, table: what === 'table' })
    setFault(undefined)
    const save = async (): Promise<void> => {
      const { exportCharts } = await import('./exporting.ts')
      await exportCharts([curve], charted, what, { columns: 1, look: (one) => lookOf(one, line) })
    }
    save().catch((error: unknown) => setFault(`${curve.title} was not saved as ${what.toUpperCase()}: ${sentenceOf(error)}`))
  }, [charted, lookOf])
  const close = useCallback(() => setOver({ is: 'none' }), [])
  return (
    <div className="charts">
      {ready > 0 && <ChartBar cursor={cursor} onExport={() => setOver({ is: 'export' })} />}
      {fault !== undefined && over.is !== 'large' && <p className="notice bad chart-fault" role="alert">{fault}</p>}
      {charted.series.length > 1 && <Legend all={charted.series} />}
      {SECTIONS.filter(({ id }) => shown.includes(id)).map(({ id, title, about, says }) => (
        <Fragment key={id}>
          <section className={`curves-section ${id}`} aria-label={title}>
            <h3>{about === undefined ? title : <Term about={about}>{title}</Term>}</h3>
            {says !== undefined && <p className="quiet">{says}</p>}
            <div className="curves">
              {curves.slice(0, Math.max(0, ready - 1)).filter(({ section }) => section === id).map((curve) => (
                <ChartCard key={curve.id} curve={curve} charted={charted} cursor={id === 'sft' ? sftCursor : cursor} onAct={act} />
              ))}
            </div>
          </section>
          {id === 'reward' && ready > curves.length && <TradeOffs runs={runs} />}
        </Fragment>
      ))}
      <Suspense fallback={null}>
        {over.is === 'large' && (
          <Large
            curve={over.curve} table={over.table} charted={charted} cursor={ofImitation(over.curve.of) ? sftCursor : cursor}
            onAct={act} onClose={close} fault={fault}
          />
        )}
        {over.is === 'export' && <ExportSheet curves={curves} charted={charted} look={lookOf} onClose={close} />}
      </Suspense>
    </div>
  )
}
