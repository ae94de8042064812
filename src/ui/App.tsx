// The page: a bar at the top, and one of three places below it. What the first sight does not need is loaded after it.
import { lazy, Suspense } from 'react'
import type { Workbench } from '../state/workbench.ts'
import { AddSheet } from './add/AddSheet.tsx'
import { useView, WorkbenchContext } from './parts/stores.ts'
import { PolicySheet } from './policy/PolicySheet.tsx'
import { TopBar } from './shell/TopBar.tsx'
import { TrainView } from './train/TrainView.tsx'
import './theme.css'
import './app.css'
import './add/add.css'
import './data/data.css'
import './policy/policy.css'
import './run/run.css'
import './train/train.css'
import './inspect/inspect.css'

const InspectView = lazy(async () => ({ default: (await import('./inspect/InspectView.tsx')).InspectView }))
const RunsView = lazy(async () => ({ default: (await import('./runs/RunsView.tsx')).RunsView }))

function Place() {
  const place = useView((state) => state.place)
  return (
    <main>
      {place === 'train' && <TrainView />}
      <Suspense fallback={<p className="waiting">one moment …</p>}>
        {place === 'inspect' && <InspectView />}
        {place === 'runs' && <RunsView />}
      </Suspense>
    </main>
  )
}

export function App({ workbench }: { readonly workbench: Workbench }) {
  return (
    <WorkbenchContext value={workbench}>
      <div className="app">
        <TopBar />
        <Place />
        <AddSheet />
        <PolicySheet />
      </div>
    </WorkbenchContext>
  )
}
