// The reward's editor: parts with their weights, the sum that they make, and what it gives on real outputs.
import { rewardSentence } from '../../domain/rewards/names.ts'
import { PART_FAMILIES } from '../../domain/rewards/terms.ts'
import { SETTINGS, type SettingName } from '../../domain/settings.ts'
import { taskOf } from '../../domain/tasks/tasks.ts'
import { rewardNow, sharesOf } from '../../state/run/rewardSum.ts'
import { isUnderWay } from '../../state/run/run.ts'
import { score } from '../parts/format.ts'
import { Sheet } from '../parts/Sheet.tsx'
import { useRun } from '../parts/stores.ts'
import { changedFrom, useBase } from './base.ts'
import { RewardExample } from './RewardExample.tsx'
import { RewardPartRow, RewardTotal } from './RewardPart.tsx'
import { Setting } from './Setting.tsx'
import { useValued } from './useValued.ts'
import './reward.css'

/** What holds for several parts, or for their sum. */
const SHARED: readonly SettingName[] = ['rewardK', 'rewardCombination']

export function RewardSheet({ onClose }: { readonly onClose: () => void }) {
  const settings = useRun((state) => state.settings)
  const locked = useRun((state) => isUnderWay(state.phase))
  const isList = ['ids', 'names'].includes(taskOf(settings).answers)
  const { base, named } = useBase()
  const valued = useValued()
  const outputs = valued.valued?.outputs ?? []
  const output = outputs[valued.at]
  const shares = sharesOf(output, outputs, settings)
  const reward = output && rewardNow(output, settings)
  const changed = changedFrom(base, settings).filter((name) => SETTINGS.find((spec) => spec.name === name)?.group === 'reward' || name === 'rewardCombination')
  // the widest addend fills half a bar
  const most = Math.max(1e-9, Math.abs(reward ?? 0), ...Object.values(shares).map(({ adds }) => Math.abs(adds ?? 0)))
  return (
    <Sheet
      title="Reward" onClose={onClose} className="reward-sheet"
      aside={changed.length > 0 ? <span className="badge" title={changed.join(', ')}>{changed.length} changed against {named}</span> : undefined}
      footer={<button type="button" className="button primary" onClick={onClose}>Done</button>}
    >
      {locked && <p className="notice">A run is under way, and its reward stays what it is. Reset the run to change it.</p>}
      <p className="reward-sentence" role="status">
        <span><span className="quiet">reward =</span> {rewardSentence(settings)}</span>
        {reward !== undefined && <span className="number"><span className="quiet">here</span> {score(reward)}</span>}
      </p>
      <RewardExample {...valued} output={output} reward={reward} />
      <fieldset className="reward-parts" disabled={locked}>
        <legend className="visually-hidden">Parts and their weights</legend>
        <table>
          <thead>
            <tr>
              <th scope="col">Part</th><th scope="col">Weight</th><th scope="col" className="number">Here</th>
              <th scope="col" className="reward-bar"><span className="visually-hidden">Share</span></th><th scope="col" className="number">Adds</th>
              <th scope="col" className="number mean">Mean</th>
            </tr>
          </thead>
          {PART_FAMILIES.map(({ title, parts }) => (
            <tbody key={title}>
              <tr className="family">
                <th scope="rowgroup" colSpan={6}>{title}{parts.includes('duplicates') && !isList && <small> this task’s answers are no lists: 0 for all of them</small>}</th>
              </tr>
              {parts.map((part) => <RewardPartRow key={part} part={part} share={shares[part]} most={most} settings={settings} base={base} columns={valued.valued?.columns} />)}
            </tbody>
          ))}
          <RewardTotal reward={reward} most={most} shares={shares} settings={settings} />
        </table>
      </fieldset>
      <fieldset className="reward-shared settings" disabled={locked}>
        <legend>For several parts</legend>
        {SHARED.map((name) => {
          const spec = SETTINGS.find((known) => known.name === name)
          return spec === undefined ? null : <Setting key={name} spec={spec} value={settings[name]} preset={base[name]} />
        })}
      </fieldset>
    </Sheet>
  )
}
