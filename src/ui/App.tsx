// The one screen: data on the left, the run in the middle, the inspector below.
import type { Workbench } from '../state/workbench.ts'
import { AddSheet } from './add/AddSheet.tsx'
import { DataPanel } from './data/DataPanel.tsx'
import { InspectPanel } from './inspect/InspectPanel.tsx'
import { WorkbenchContext } from './parts/stores.ts'
import { PolicySheet } from './policy/PolicySheet.tsx'
import { RunPanel } from './run/RunPanel.tsx'
import './theme.css'
import './app.css'
import './add/add.css'
import './data/data.css'
import './policy/policy.css'
import './run/run.css'
import './inspect/inspect.css'

export function App({ workbench }: { readonly workbench: Workbench }) {
  return (
    <WorkbenchContext value={workbench}>
      <div className="app">
        <header className="top">
          <h1>Rec-R1 Workbench</h1>
          <p>A language model learns to write search queries from ranking quality alone. Everything runs in this tab.</p>
        </header>
        <main className="panes">
          <DataPanel />
          <RunPanel />
          <InspectPanel />
        </main>
        <AddSheet />
        <PolicySheet />
      </div>
    </WorkbenchContext>
  )
}
