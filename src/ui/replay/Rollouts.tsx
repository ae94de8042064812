// The rollouts of the last step, or of one not long before, in their groups: what was written, what it earned, which way it pulls.
import { memo, useState } from 'react'
import type { RunStoreState, ScoredRollout, StepRollouts } from '../../state/run.ts'
import { count, score, signed } from '../parts/format.ts'
import { useTurn } from '../parts/useTurn.ts'
import { useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'

const selectHistory = ({ run }: RunStoreState): readonly StepRollouts[] => run.rolloutHistory

const COMPARING = 'Each query is answered several times. Rewards are compared within the group: above its mean pulls towards, below pushes away.'

interface Group {
  readonly queryId: string
  readonly query: string
  readonly rollouts: readonly ScoredRollout[]
  readonly mean: number
  readonly spread: number
}

function groupsOf(rollouts: readonly ScoredRollout[]): Group[] {
  const byQuery = new Map<string, ScoredRollout[]>()
  for (const rollout of rollouts) byQuery.set(rollout.queryId, [...(byQuery.get(rollout.queryId) ?? []), rollout])
  return [...byQuery].map(([queryId, members]) => {
    const rewards = members.map(({ reward }) => reward).filter((reward) => reward !== undefined)
    const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length
    const spread = rewards.length === 0 ? 0 : Math.max(...rewards) - Math.min(...rewards)
    return { queryId, query: members[0]!.query, rollouts: members, mean, spread }
  })
}

function Advantage({ value }: { readonly value: number }) {
  const width = Math.min(50, Math.abs(value) * 20)
  return (
    <span className="advantage">
      <span className="advantage-track" aria-hidden="true">
        <span className={value < 0 ? 'negative' : 'positive'} style={{ [value < 0 ? 'right' : 'left']: '50%', width: `${width}%` }} />
      </span>
      {signed(value)}
    </span>
  )
}

function partsOf(rollout: ScoredRollout): string {
  return Object.entries(rollout.parts).filter(([, value]) => value !== 0).map(([name, value]) => `${name} ${score(value)}`).join(' · ')
}

function Member({ rollout }: { readonly rollout: ScoredRollout }) {
  return (
    <li>
      <div className="member-figures">
        <strong>{rollout.reward === undefined ? 'no reward' : score(rollout.reward)}</strong>
        {rollout.reward !== undefined && <Advantage value={rollout.advantage} />}
        <span className="quiet">{count(rollout.tokens)} tokens{rollout.stop === 'length' ? ', cut' : ''}</span>
      </div>
      <p className={rollout.rewrite === undefined ? 'fault' : ''} title={rollout.text}>{rollout.rewrite ?? 'format broken'}</p>
      {rollout.failed === undefined ? <p className="quiet">{partsOf(rollout)}</p> : <p className="fault">not ranked: {rollout.failed}</p>}
    </li>
  )
}

function GroupRow({ group, open, onToggle }: { readonly group: Group; readonly open: boolean; readonly onToggle: (open: boolean) => void }) {
  const flat = group.spread <= 1e-6
  const failed = group.rollouts.filter((rollout) => rollout.failed !== undefined).length
  return (
    <li>
      <details className="group" open={open} onToggle={(event) => onToggle(event.currentTarget.open)}>
        <summary>
          <span className="title">{group.query}</span>
          <span className="group-mean">{failed === group.rollouts.length ? '–' : score(group.mean)}</span>
          <span>
            {failed > 0 && <span className="fault">{count(failed)} not ranked </span>}
            <span className="quiet" title="largest minus smallest reward, halved">
              {failed > group.rollouts.length - 2 ? '' : flat ? 'no spread' : `±${score(group.spread / 2)}`}
            </span>
          </span>
        </summary>
        {open && <ul className="members">{group.rollouts.map((rollout) => <Member key={rollout.member} rollout={rollout} />)}</ul>}
      </details>
    </li>
  )
}

function RolloutsBase() {
  const { run } = useWorkbench()
  const history = useTurn(run, selectHistory)
  // undefined follows the last step
  const [chosen, setChosen] = useState<number>()
  // by place, not by query: the open group stays open while steps go by
  const [open, setOpen] = useState(0)
  const shown = history.find(({ step }) => step === chosen) ?? history.at(-1)
  if (shown === undefined) {
    return (
      <aside className="rollouts" aria-label="Rollouts of the last step">
        <h3>Rollouts</h3>
        <p className="waiting">Train or Step: the last step’s rollouts come here in their groups, with rewards, their parts and advantages.</p>
      </aside>
    )
  }
  const groups = groupsOf(shown.rollouts)
  return (
    <aside className="rollouts" aria-label="Rollouts of the last step">
      <h3>
        <Term explain={COMPARING}>Rollouts</Term>
        {' '}<small>step {count(shown.step)} · {count(groups.length)} groups of {count(groups[0]?.rollouts.length)}</small>
      </h3>
      {history.length > 1 && (
        <input
          type="range" className="scrubber" aria-label="Rollouts of which step" min={history[0]!.step} max={history.at(-1)!.step} value={shown.step}
          onChange={({ currentTarget: { valueAsNumber: step } }) => setChosen(step === history.at(-1)!.step ? undefined : step)}
        />
      )}
      <ol className="groups">
        {groups.map((group, at) => (
          <GroupRow key={group.queryId} group={group} open={open === at} onToggle={(now) => setOpen((was) => (now ? at : was === at ? -1 : was))} />
        ))}
      </ol>
    </aside>
  )
}
export const Rollouts = memo(RolloutsBase)
