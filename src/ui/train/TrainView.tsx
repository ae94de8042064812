// The view of training: what is trained on what at the left, the run at the right, one query watched below.
import { DataPanel } from '../data/DataPanel.tsx'
import { RunPanel } from '../run/RunPanel.tsx'
import { Watch } from './Watch.tsx'

export function TrainView() {
  return (
    <div className="view train">
      <DataPanel />
      <div className="train-main">
        <RunPanel />
        <Watch />
      </div>
    </div>
  )
}
