// The button that saves the comparison of now as one HTML file.
import { useState } from 'react'
import { useView, useWorkbench } from '../parts/stores.ts'
import { saveFigure } from './figureFile.ts'

export function SaveFigure() {
  const workbench = useWorkbench()
  const ready = useView((state) => state.inspection !== undefined)
  const [failure, setFailure] = useState<string>()
  const [waiting, setWaiting] = useState(false)
  const save = async (): Promise<void> => {
    setFailure(undefined)
    setWaiting(true)
    try {
      await saveFigure(workbench)
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    } finally {
      setWaiting(false)
    }
  }
  return (
    <>
      <button
        type="button" className="button" disabled={!ready} aria-disabled={waiting}
        title="Columns, moves and caption as one HTML file that needs nothing else" onClick={() => { if (!waiting) void save() }}
      >
        {waiting ? 'Saving …' : 'Save figure'}
      </button>
      {failure !== undefined && <span role="alert" className="fault">{failure}</span>}
    </>
  )
}
