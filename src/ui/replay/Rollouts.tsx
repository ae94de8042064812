// The rollouts of a step in their groups, one group side by side: what was written, what it earned of what, which way it pulls.
import { memo, useEffect, useId, useMemo, useState } from 'react'
import { GROUP_KINDS, groupsOf, sumOf, type Group, type GroupKind } from '../../state/inspect/groups.ts'
import type { ReplayState } from '../../state/inspect/replay.ts'
import type { RunStoreState } from '../../state/run/run.ts'
import { count, score } from '../parts/format.ts'
import { useCursor, useReplay, useRuns, useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'
import { useTurn } from '../parts/useTurn.ts'
import { Member } from './Member.tsx'
import { Subject } from './Subject.tsx'
import { TokenLegend } from './Tokens.tsx'
import './replay.css'

const COMPARING = 'Each query is answered several times. Rewards are compared within the group: above its mean pulls towards, below pushes away.'

const KIND_WORDS: Readonly<Record<GroupKind, string>> = { spread: 'with spread', good: 'all good', bad: 'all bad', failed: 'not ranked' }
const ORDERS = ['as drawn', 'by reward', 'by likelihood'] as const
type Order = (typeof ORDERS)[number]

const selectStep = (state: ReplayState): ReplayState['step'] => state.step
const selectSettings = ({ run, settings }: RunStoreState): Readonly<Record<string, unknown>> => run.start?.settings ?? settings

function Row({ group, chosen, onChoose }: { readonly group: Group; readonly chosen: boolean; readonly onChoose: () => void }) {
  return (
    <li>
      <button type="button" className="group-row" aria-pressed={chosen} onClick={onChoose}>
        <span className="title">{group.query}</span>
        <span className="group-mean">{score(group.mean)}</span>
        <span className={`group-kind ${group.kind}`}>
          {group.kind === 'spread' ? `±${score((group.max - group.min) / 2)}` : KIND_WORDS[group.kind]}
          {group.failed > 0 && group.kind !== 'failed' && <span className="fault"> {count(group.failed)} not ranked</span>}
        </span>
      </button>
    </li>
  )
}

const worth = { 'as drawn': () => 0, 'by reward': ({ reward = -Infinity }) => -reward, 'by likelihood': ({ logp }) => -logp } as const satisfies Record<Order, (rollout: Group['rollouts'][number]) => number>

function Members({ group, order }: { readonly group: Group; readonly order: Order }) {
  const { run } = useWorkbench()
  const subject = useReplay((state) => state.subject)
  const kept = useRuns((state) => state.records.find(({ id }) => id === subject)?.settings)
  const own = useTurn(run, selectSettings)
  const settings = kept ?? own
  const most = useMemo(() => Math.max(1e-9, ...group.rollouts.flatMap((rollout) => [
    Math.abs(rollout.reward ?? 0), ...sumOf(rollout, settings)?.addends.map(({ product }) => Math.abs(product)) ?? []])), [group, settings])
  const rollouts = order === 'as drawn' ? group.rollouts : group.rollouts.toSorted((a, b) => worth[order](a) - worth[order](b))
  return <ul className="members" aria-label={`Rollouts for ${group.query}`}>{rollouts.map((rollout) => <Member key={rollout.member} rollout={rollout} settings={settings} most={most} />)}</ul>
}

function Groups({ step }: { readonly step: NonNullable<ReplayState['step']> }) {
  const id = useId()
  const inspected = useReplay((state) => state.query?.id)
  const groups = useMemo(() => groupsOf(step.rollouts), [step])
  const [kind, setKind] = useState<GroupKind | 'all'>('all')
  const [order, setOrder] = useState<Order>('as drawn')
  // by query where it is in the step, else by place: the open group stays open while steps go by
  const [picked, setPicked] = useState<{ readonly queryId: string; readonly place: number; readonly inspected: string | undefined }>()
  // inspecting another query shows its own group
  const chosen = picked?.inspected === inspected ? picked : undefined
  const shown = kind === 'all' ? groups : groups.filter((group) => group.kind === kind)
  const wanted = chosen?.queryId ?? inspected
  const group = shown.find(({ queryId }) => queryId === wanted) ?? shown[chosen?.place ?? 0] ?? shown[0]
  const counts = GROUP_KINDS.map((one) => [one, groups.filter((candidate) => candidate.kind === one).length] as const)
  return (
    <>
      <div className="rollouts-bar">
        <span role="group" aria-label="Groups" className="segmented">
          <button type="button" aria-pressed={kind === 'all'} onClick={() => setKind('all')}>all {count(groups.length)}</button>
          {counts.map(([one, many]) => <button key={one} type="button" aria-pressed={kind === one} disabled={many === 0 && kind !== one} onClick={() => setKind(one)}>{KIND_WORDS[one]} {count(many)}</button>)}
        </span>
        <span>
          <label htmlFor={id} className="quiet">in order</label>{' '}
          <select id={id} value={order} onChange={(event) => setOrder(ORDERS.find((one) => one === event.currentTarget.value) ?? 'as drawn')}>
            {ORDERS.map((one) => <option key={one}>{one}</option>)}
          </select>
        </span>
        <TokenLegend />
      </div>
      <div className="rollouts-body">
        <ol className="group-list" aria-label="Groups of the step">
          {shown.map((one, place) => <Row key={one.queryId} group={one} chosen={one === group} onChoose={() => setPicked({ queryId: one.queryId, place, inspected })} />)}
        </ol>
        {group === undefined ? <p className="waiting">No group of this step is {kind === 'all' ? 'there' : KIND_WORDS[kind]}. Choose another kind.</p> : <Members group={group} order={order} />}
      </div>
    </>
  )
}

function RolloutsBase() {
  const { replay } = useWorkbench()
  useEffect(() => replay.watch(), [replay])
  const step = useTurn(replay, selectStep)
  const pinned = useCursor((state) => state.pinned)
  const groupSize = step === undefined ? 0 : groupsOf(step.rollouts)[0]?.rollouts.length ?? 0
  const groups = step === undefined ? 0 : new Set(step.rollouts.map(({ queryId }) => queryId)).size
  return (
    <aside className="rollouts" aria-label={pinned === undefined ? 'Rollouts of the last step' : 'Rollouts of the pinned step'}>
      <header>
        <h3><Term about="group" explain={COMPARING}>Rollouts</Term></h3>
        <Subject />
        {step !== undefined && <small>step {count(step.step)} · {count(groups)} groups of {count(groupSize)}{pinned !== undefined && pinned !== step.step && <span className="warns"> (step {count(pinned)} has none: the nearest before)</span>}</small>}
      </header>
      {step === undefined
        ? <p className="waiting">{pinned === undefined ? 'Train or Step: the last step’s rollouts come here in their groups, with rewards, their parts and advantages.' : `No rollouts are kept at or before step ${count(pinned)}.`}</p>
        : <Groups step={step} />}
    </aside>
  )
}
export const Rollouts = memo(RolloutsBase)
