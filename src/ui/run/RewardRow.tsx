// The reward among what a run is made of: the sum that it is, and the way to its editor.
import { lazy, Suspense, useState, type ReactNode } from 'react'
import { rewardSentence } from '../../domain/rewards/names.ts'
import { useRun } from '../parts/stores.ts'

const RewardSheet = lazy(async () => ({ default: (await import('./RewardSheet.tsx')).RewardSheet }))

/** The way to the editor from a list of settings. */
export function EditReward({ children, label }: { readonly children: ReactNode; readonly label?: string }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" className="plain" aria-haspopup="dialog" aria-label={label} onClick={() => setOpen(true)}>{children}</button>
      {open && <Suspense fallback={null}><RewardSheet onClose={() => setOpen(false)} /></Suspense>}
    </>
  )
}

export function RewardRow() {
  const settings = useRun((state) => state.settings)
  return (
    <div className="setup-row">
      <dt>Reward</dt>
      <dd>
        <span className="setup-choice">{rewardSentence(settings)}</span>
        <EditReward label="Change the reward">Change</EditReward>
      </dd>
    </div>
  )
}
