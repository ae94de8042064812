// Beside the list: one run in full, or the chosen runs together: their curves, settings and results.
import { Tab, TabList, TabPanel, TabProvider } from '@ariakit/react/tab'
import { useMemo } from 'react'
import { RUNS_TABS, type RunsTab } from '../../state/runs/runs.ts'
import { useRuns, useWorkbench } from '../parts/stores.ts'
import { Overlay } from './Overlay.tsx'
import { ResultsTable } from './ResultsTable.tsx'
import { RunDetail } from './RunDetail.tsx'
import { SettingsTable } from './SettingsTable.tsx'

const TITLES: Readonly<Record<RunsTab, string>> = { run: 'Run', curves: 'Curves', settings: 'Settings', results: 'Results' }

/** The runs that are compared; where none is ticked, the one that is shown. */
function useCompared(): readonly string[] {
  const chosen = useRuns((state) => state.chosen)
  const shown = useRuns((state) => state.shown)
  return useMemo(() => (chosen.length > 0 ? chosen : shown === undefined ? [] : [shown]), [chosen, shown])
}

function Body({ tab }: { readonly tab: RunsTab }) {
  const compared = useCompared()
  const shown = useRuns((state) => state.shown)
  if (tab === 'run') return shown === undefined ? <p className="waiting">Choose a run in the list to see what it was, and to go on from it.</p> : <RunDetail id={shown} key={shown} />
  if (compared.length === 0) return <p className="waiting">Tick runs in the list: their {TITLES[tab].toLowerCase()} stand here together.</p>
  if (tab === 'curves') return <Overlay ids={compared} />
  return tab === 'settings' ? <SettingsTable ids={compared} /> : <ResultsTable ids={compared} />
}

export function RunsPanel() {
  const { runs } = useWorkbench()
  const tab = useRuns((state) => state.tab)
  const chosen = useRuns((state) => state.chosen.length)
  return (
    <section className="panel runs-panel" aria-label="Chosen runs">
      <TabProvider selectedId={`runs-${tab}`} setSelectedId={(id) => { if (id != null) runs.setTab(id.replace('runs-', '') as RunsTab) }}>
        <TabList className="tabs" aria-label="What to show of the chosen runs">
          {RUNS_TABS.map((name) => (
            <Tab key={name} id={`runs-${name}`}>{TITLES[name]}{name !== 'run' && chosen > 1 ? <span className="badge">{chosen}</span> : null}</Tab>
          ))}
        </TabList>
        <TabPanel className="runs-body" tabId={`runs-${tab}`}><Body tab={tab} /></TabPanel>
      </TabProvider>
    </section>
  )
}
