// An empty chart out of sight: drawn once while nobody waits, so that the first real one does not pay for the library's first run in the middle of training.
import type { Frame } from './frame.ts'
import { Plot } from './Plot.tsx'

const EMPTY: Frame = {
  lines: [], bands: [], bars: false, x: { domain: [0, 1], ticks: [0, 1] }, y: { domain: [0, 1], ticks: [0, 1] }, log: false, marks: [], says: [],
}

export function Warm() {
  return (
    <div className="curve-warm" aria-hidden="true" inert>
      <Plot frame={EMPTY} format={String} axis="step" width={300} height={120} labels={0} paint={(colour) => colour} />
    </div>
  )
}
