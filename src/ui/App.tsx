// The page: a bar at the top, and one of its places below it. What the first sight does not need is loaded after it.
import { lazy, Suspense, useEffect } from 'react'
import { isShortcut } from '../state/shell.ts'
import { PLACES } from '../state/inspect/view.ts'
import type { Workbench } from '../state/workbench.ts'
import { usePageDrop } from './add/usePageDrop.ts'
import { useAdding, usePolicies, useShell, useSources, useTeacher, useView, useWorkbench, WorkbenchContext } from './parts/stores.ts'
import { TopBar } from './shell/TopBar.tsx'
import { TrainView } from './train/TrainView.tsx'
import './theme.css'
import './app.css'
import './data/data.css'
import './run/run.css'
import './train/train.css'
import './shell/shell.css'
import './add/add.css'
import './policy/policy.css'
import './inspect/inspect.css'

const InspectView = lazy(async () => ({ default: (await import('./inspect/InspectView.tsx')).InspectView }))
const RunsView = lazy(async () => ({ default: (await import('./runs/RunsView.tsx')).RunsView }))
const PapersView = lazy(async () => ({ default: (await import('./papers/PapersView.tsx')).PapersView }))
const AddSheet = lazy(async () => ({ default: (await import('./add/AddSheet.tsx')).AddSheet }))
const PolicySheet = lazy(async () => ({ default: (await import('./policy/PolicySheet.tsx')).PolicySheet }))
const Sources = lazy(async () => ({ default: (await import('./sources/Sources.tsx')).Sources }))
const TeacherSheet = lazy(async () => ({ default: (await import('./teacher/TeacherSheet.tsx')).TeacherSheet }))
const HelpSheet = lazy(async () => ({ default: (await import('./shell/HelpSheet.tsx')).HelpSheet }))
const Tour = lazy(async () => ({ default: (await import('./shell/Tour.tsx')).Tour }))

/** What stands over the page, each loaded when it is first opened. */
function Over() {
  const adding = useAdding((state) => state.open)
  const policies = usePolicies((state) => state.open)
  const comparing = useSources((state) => state.open)
  const teaching = useTeacher((state) => state.open)
  const help = useShell((state) => state.help)
  const tour = useShell((state) => state.tour)
  return (
    <Suspense fallback={null}>
      {adding && <AddSheet />}
      {policies && <PolicySheet />}
      {teaching && <TeacherSheet />}
      {comparing && <Sources />}
      {help !== undefined && <HelpSheet at={help} />}
      {tour !== undefined && <Tour step={tour} />}
    </Suspense>
  )
}

/** Files may be dropped anywhere, in every place. */
function Drop() {
  const { take } = useWorkbench()
  const over = usePageDrop(take)
  return over ? <p className="dropping">Let go to add the files</p> : null
}

/** Digits change the place, and a question mark asks for help. */
function Keys() {
  const { shell, view } = useWorkbench()
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!shell.getState().keys || !isShortcut(event)) return
      const place = PLACES[Number(event.key) - 1]
      if (place !== undefined) view.setPlace(place)
      else if (event.key === '?') shell.showHelp('top')
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [shell, view])
  return null
}

function Place() {
  const place = useView((state) => state.place)
  return (
    <main>
      {place === 'train' && <TrainView />}
      <Suspense fallback={<p className="waiting">one moment …</p>}>
        {place === 'inspect' && <InspectView />}
        {place === 'runs' && <RunsView />}
        {place === 'papers' && <PapersView />}
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
        <Over />
        <Drop />
        <Keys />
      </div>
    </WorkbenchContext>
  )
}
