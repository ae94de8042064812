// The button that saves the comparison of now as one HTML file.
import { useState } from 'react'
import { useView, useWorkbench } from '../parts/stores.ts'
import { saveFigure } from './figureFile.ts'

export function SaveFigure() {
  const workbench = useWorkbench()
  const ready = useView((state) => state.inspection !== undefined)
  const [failure, setFailure] = useState<string>()
  const save = async (): Promise<void> => {
    setFailure(undefined)
    try {
      await saveFigure(workbench)
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <>
      <button type="button" className="button" disabled={!ready} title="Columns, moves and caption as one HTML file that needs nothing else" onClick={() => void save()}>Save figure</button>
      {failure !== undefined && <span role="alert" className="fault">{failure}</span>}
    </>
  )
}
