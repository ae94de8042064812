// Mounts the page, nothing else.
import { createRoot } from 'react-dom/client'
import { createWorkbench, startWorkbench } from './state/workbench.ts'
import { App } from './ui/App.tsx'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no element with id root; the page mounts there')
const workbench = createWorkbench()
// the end-to-end tests lose the device through it; nothing on the page reads it
Object.assign(globalThis, { __workbench: workbench })
createRoot(root).render(<App workbench={workbench} />)
startWorkbench(workbench)
