// Which policy is trained: the embedded one, one kept in this browser, or another from a hub, a mirror or a folder; and what a run with it needs.
import { isUnderWay } from '../../state/run/run.ts'
import { chosenConfig, chosenId, keptBytes, type Offer } from '../../state/policy/policies.ts'
import { needOf } from '../../state/policy/need.ts'
import { size } from '../parts/format.ts'
import { Sheet } from '../parts/Sheet.tsx'
import { useLongestPrompt, usePolicies, useRun, useWorkbench } from '../parts/stores.ts'
import { Adapter } from './Adapter.tsx'
import { Choices } from './Choices.tsx'
import { Folder } from './Folder.tsx'
import { Hub } from './Hub.tsx'
import { Need } from './Need.tsx'

/** What the button does for the policy that is looked at. */
function deedOf(offer: Offer | undefined, inUse: boolean): string {
  if (offer === undefined || offer.record.complete) return inUse ? 'Load again' : 'Use'
  const kept = keptBytes(offer.record)
  const left = size(offer.record.bytes - kept)
  const hub = offer.record.source === 'hub'
  if (kept > 0) return hub ? `Go on, ${left} left, and use` : `Go on copying, ${left} left`
  return hub ? `Download ${left} and use` : `Keep ${left} here and use`
}

function Foot({ onClose }: { readonly onClose: () => void }) {
  const { usePolicy } = useWorkbench()
  const offer = usePolicies((state) => state.offer)
  const fetching = usePolicies((state) => state.fetching !== undefined)
  const asking = usePolicies((state) => state.asking !== undefined)
  const settings = useRun((state) => state.settings)
  const adapter = useRun((state) => state.adapter)
  const longest = useLongestPrompt()
  const locked = useRun((state) => isUnderWay(state.phase))
  const config = usePolicies(chosenConfig)
  const inUse = usePolicies(chosenId) === settings.policy
  const refused = config !== undefined && needOf(config, settings, adapter, longest).refusal !== undefined
  const without = offer !== undefined && !offer.record.complete && offer.source === undefined
  return (
    <>
      <p role="status" className="fault">{refused ? 'It does not fit; see what would make it fit.' : ''}</p>
      {without && <p className="warns">Drop its folder again to go on.</p>}
      <button type="button" className="button" onClick={onClose}>Close</button>
      <button type="button" className="button primary" disabled={refused || without || fetching || asking || locked} onClick={() => void usePolicy()}>
        {deedOf(offer, inUse)}
      </button>
    </>
  )
}

export function PolicySheet() {
  const { policies } = useWorkbench()
  const failure = usePolicies((state) => state.failure)
  const locked = useRun((state) => isUnderWay(state.phase))
  return (
    <Sheet title="Policy" onClose={policies.close} className="policy-sheet" footer={<Foot onClose={policies.close} />}>
      {locked && <p className="notice">A run is under way, and its policy stays what it is. Reset the run to train another.</p>}
      {failure !== undefined && <p role="alert" className="notice bad">{failure}</p>}
      <div className="policy-columns">
        <div className="policy-choice">
          <Choices />
          <Hub />
          <Folder />
          <Adapter locked={locked} />
        </div>
        <Need locked={locked} />
      </div>
    </Sheet>
  )
}
