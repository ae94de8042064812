// The policies at hand: the embedded one, those kept in this browser whole or in part, and the one that was looked up last.
import { useId, useState } from 'react'
import { factsOf } from '../../state/need.ts'
import { keptBytes, SAMPLE, type ModelRecord } from '../../state/policies.ts'
import { millions, percent, size } from '../parts/format.ts'
import { usePolicies, useRun, useWorkbench } from '../parts/stores.ts'
import { Fetching } from './Fetching.tsx'

/** Architecture and parameters, as far as config.json tells them. */
function known(config: ModelRecord['config'] | undefined): (string | undefined)[] {
  const facts = config === undefined ? undefined : factsOf(config)
  return facts === undefined ? [] : [facts.architecture, `${millions(facts.parameters)} parameters`]
}

function factsLine(record: ModelRecord): string {
  if (record.damage !== undefined) return record.damage
  const kept = keptBytes(record)
  const here = record.complete ? 'kept here' : kept === 0 ? 'not here yet' : `interrupted at ${percent(kept / Math.max(1, record.bytes))}`
  return [...known(record.config), ...(record.bytes > 0 ? [size(record.bytes)] : []), here].join(' · ')
}

interface ChoiceProps {
  readonly id: string
  readonly name: string
  readonly facts: string
  readonly chosen: boolean
  readonly damaged: boolean
  readonly group: string
  readonly removable: number | undefined
  readonly onChoose: () => void
}

function Choice({ id, name, facts, chosen, damaged, group, removable, onChoose }: ChoiceProps) {
  const { removePolicy } = useWorkbench()
  const used = useRun((state) => state.settings.policy === id)
  const coming = usePolicies((state) => state.fetching?.id === id)
  const [asked, setAsked] = useState(false)
  const input = useId()
  return (
    <li className={chosen ? 'choice chosen' : 'choice'}>
      <input id={input} type="radio" name={group} checked={chosen} disabled={damaged} onChange={onChoose} aria-describedby={`${input}-facts`} />
      <label htmlFor={input} title={name}>{name}</label>
      <span className="choice-ways">
        {used && <span className="badge">in use</span>}
        {!coming && removable !== undefined && !asked && (
          <button type="button" className="plain" aria-label={`Remove ${name} …`} onClick={() => setAsked(true)}>Remove</button>
        )}
        {!coming && removable !== undefined && asked && (
          <>
            <button type="button" className="button small danger" aria-label={`Remove ${name}`} onClick={() => void removePolicy(id)}>Free {size(removable)}</button>
            <button type="button" className="button small" autoFocus onClick={() => setAsked(false)}>Keep</button>
          </>
        )}
      </span>
      <p id={`${input}-facts`} className={damaged ? 'fault' : 'quiet'}>{facts}</p>
      {coming && <Fetching named={false} />}
    </li>
  )
}

export function Choices() {
  const { policies } = useWorkbench()
  const kept = usePolicies((state) => state.kept)
  const offer = usePolicies((state) => state.offer)
  const sample = usePolicies((state) => state.sample)
  const mirror = useRun((state) => state.settings.policyMirror)
  const group = useId()
  const heading = useId()
  const lookedUp = offer !== undefined && !kept.some(({ id }) => id === offer.record.id) ? [offer.record] : []
  return (
    <section aria-labelledby={heading}>
      <h3 id={heading}>At hand</h3>
      <ul className="choices" role="radiogroup" aria-labelledby={heading}>
        <Choice
          id={SAMPLE} name="embedded" facts={[...known(sample), 'comes with the page'].join(' · ')} chosen={offer === undefined} damaged={false} group={group}
          removable={undefined} onChoose={() => policies.choose(SAMPLE, mirror)}
        />
        {[...kept, ...lookedUp].map((record) => (
          <Choice
            key={record.id} id={record.id} name={record.id} facts={factsLine(record)} chosen={offer?.record.id === record.id} group={group}
            damaged={record.damage !== undefined} removable={kept.includes(record) ? keptBytes(record) : undefined}
            onChoose={() => { if (offer?.record.id !== record.id) policies.choose(record.id, mirror) }}
          />
        ))}
      </ul>
    </section>
  )
}
