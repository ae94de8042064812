// The area in the middle: the run's controls, its warnings, and one of four views: curves, test result, kernels, settings.
import { lazy, Suspense, useEffect, useId, useState, type KeyboardEvent } from 'react'
import { useLibrary, useRun, useView, useWorkbench } from '../parts/stores.ts'
import { changedFrom, useBase } from './base.ts'
import { Alarms, Interrupted, KeptPolicy, NotKept, RunFailure } from './Alarms.tsx'
import { Controls } from './Controls.tsx'
import { CopyLink } from './CopyLink.tsx'
import { LiveCurves } from '../charts/LiveCurves.tsx'
import { Setup } from './Setup.tsx'
import { TestStrip } from './TestStrip.tsx'
import { TestTable } from './TestTable.tsx'

const KernelsPanel = lazy(async () => ({ default: (await import('./KernelsPanel.tsx')).KernelsPanel }))
const Warm = lazy(async () => ({ default: (await import('../charts/Warm.tsx')).Warm }))
const SettingsForm = lazy(async () => ({ default: (await import('./SettingsForm.tsx')).SettingsForm }))

const PREFETCH_MS = 3000
/** long enough to be drawn */
const DRAWN_MS = 1000

const TABS = ['curves', 'result', 'kernels', 'settings'] as const
const TITLES = { curves: 'Curves', result: 'Test result', kernels: 'Kernels', settings: 'Settings' } as const

/** Whether there is a run to draw; before it, the same place holds its setting up. */
function useHasRun(): boolean {
  return useRun((state) => state.run.start !== undefined)
}

function Tabs({ id }: { readonly id: string }) {
  const { view } = useWorkbench()
  const tab = useView((state) => state.tab)
  const has = useHasRun()
  const { base } = useBase()
  const changed = changedFrom(base, useRun((state) => state.settings)).length
  const move = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (by === 0) return
    const next = TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length]!
    view.setTab(next)
    document.getElementById(`${id}-${next}`)?.focus()
  }
  return (
    <div role="tablist" aria-label="What to show of the run" className="tabs" onKeyDown={move}>
      {TABS.map((name) => (
        <button
          key={name} type="button" role="tab" id={`${id}-${name}`} aria-selected={tab === name} aria-controls={`${id}-panel`}
          tabIndex={tab === name ? 0 : -1}
          onClick={() => view.setTab(name)}
        >
          {name === 'curves' && !has ? 'Set up' : TITLES[name]}{name === 'settings' && changed > 0 ? <span className="badge">{changed}</span> : null}
        </button>
      ))}
    </div>
  )
}

/** Charts are fetched, and an empty one is drawn, while nobody waits for them: some time after the page is usable, and not while it gets there. */
function Ahead() {
  const starting = useRun((state) => state.engine.is === 'starting')
  const loading = useLibrary((state) => state.shop === undefined || state.reading !== undefined)
  const usable = !starting && !loading
  const [stage, setStage] = useState<'before' | 'drawing' | 'done'>('before')
  useEffect(() => {
    if (!usable || stage === 'done') return undefined
    const timer = stage === 'drawing'
      ? setTimeout(() => setStage('done'), DRAWN_MS)
      : setTimeout(() => void Promise.all([import('../charts/CurveGrid.tsx'), import('../charts/Warm.tsx')]).then(() => setStage('drawing')), PREFETCH_MS)
    return () => clearTimeout(timer)
  }, [usable, stage])
  return stage === 'drawing' && <Suspense fallback={null}><Warm /></Suspense>
}

export function RunPanel() {
  const heading = useId()
  const tab = useView((state) => state.tab)
  const name = useRun((state) => state.record?.name)
  const has = useHasRun()
  return (
    <section className="panel run" aria-labelledby={heading}>
      <Ahead />
      <div className="run-head">
        <h2 id={heading}>Run</h2>
        {name !== undefined && <p className="run-name title" title={name}>{name}</p>}
        <CopyLink />
        <Controls />
      </div>
      <RunFailure />
      <Interrupted />
      <NotKept />
      <Alarms />
      <div className="run-bar">
        <Tabs id={heading} />
      </div>
      <div role="tabpanel" id={`${heading}-panel`} aria-labelledby={`${heading}-${tab}`} className="run-body" tabIndex={0}>
        {tab === 'curves' && !has && <Setup />}
        {tab === 'curves' && has && <><TestStrip /><LiveCurves /></>}
        {tab === 'result' && <><TestTable /><KeptPolicy /></>}
        <Suspense fallback={<p className="waiting">one moment …</p>}>
          {tab === 'kernels' && <KernelsPanel />}
          {tab === 'settings' && <SettingsForm />}
        </Suspense>
      </div>
    </section>
  )
}
