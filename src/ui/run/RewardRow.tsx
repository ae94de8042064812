// The reward among what a run is made of: the sum that it is, and the way to its editor.
import { lazy, Suspense, useState } from 'react'
import { rewardSentence } from '../../domain/rewards/names.ts'
import { useRun } from '../parts/stores.ts'

const RewardSheet = lazy(async () => ({ default: (await import('./RewardSheet.tsx')).RewardSheet }))

export function RewardRow() {
  const settings = useRun((state) => state.settings)
  const [open, setOpen] = useState(false)
  return (
    <div className="setup-row">
      <dt>Reward</dt>
      <dd>
        <span className="setup-choice">{rewardSentence(settings)}</span>
        <button type="button" className="plain" aria-haspopup="dialog" aria-label="Change the reward" onClick={() => setOpen(true)}>Change</button>
        {open && <Suspense fallback={null}><RewardSheet onClose={() => setOpen(false)} /></Suspense>}
      </dd>
    </div>
  )
}
