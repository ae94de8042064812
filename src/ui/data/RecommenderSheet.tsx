// The recommender's settings: only those that matter for the chosen one, and what is held in memory for it.
import { settingsOf } from '../../domain/config.ts'
import { SETTINGS } from '../../domain/settings.ts'
import { isUnderWay } from '../../state/run/run.ts'
import { partKinds, recommenderSettings } from '../../state/data/recommending.ts'
import { Sheet } from '../parts/Sheet.tsx'
import { useRun } from '../parts/stores.ts'
import { Setting } from '../run/Setting.tsx'
import { Encoder } from './Encoder.tsx'
import { Opening } from './RecommenderCard.tsx'
import { Server } from './Server.tsx'

export function RecommenderSheet({ onClose }: { readonly onClose: () => void }) {
  const settings = useRun((state) => state.settings)
  const locked = useRun((state) => isUnderWay(state.phase))
  const preset = settingsOf(settings.preset)
  const names = recommenderSettings(settings)
  const kinds = partKinds(settings)
  return (
    <Sheet
      title="Recommender" onClose={onClose} className="recommender-sheet"
      footer={<button type="button" className="button primary" onClick={onClose}>Done</button>}
    >
      {locked
        ? <p className="notice">A run is under way, and its recommender stays what it is. Reset the run to change it.</p>
        : <p className="quiet">A black box to the policy: it takes a query and gives a ranking. A change takes effect at once.</p>}
      <Opening />
      <div className="settings">
        <fieldset disabled={locked}>
          {names.map((name) => {
            const spec = SETTINGS.find((known) => known.name === name)
            return spec === undefined ? null : <Setting key={name} spec={spec} value={settings[name]} preset={preset[name]} />
          })}
        </fieldset>
      </div>
      {kinds.includes('dense') && <Encoder locked={locked} />}
      {kinds.includes('http') && <Server />}
    </Sheet>
  )
}
