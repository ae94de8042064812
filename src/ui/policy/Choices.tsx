// The policies at hand: the embedded one, those kept in this browser whole or in part, and the one that was looked up last.
import { useId, useState } from 'react'
import { factsOf } from '../../state/policy/need.ts'
import { EMBEDDED_NAMES, EMBEDDED_POLICIES, type EmbeddedPolicy } from '../../domain/embedded.ts'
import { chosenId, keptBytes, SAMPLE, type ModelRecord } from '../../state/policy/policies.ts'
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
  readonly damaged: boolean
  /** bytes that removing it frees; undefined where it cannot be removed */
  readonly removable: number | undefined
}

interface RadioProps extends ChoiceProps {
  readonly input: string
  readonly group: string
  readonly row: number
  readonly chosen: boolean
  readonly onChoose: () => void
}

function Radio({ id, name, facts, chosen, damaged, input, group, row, removable, onChoose }: RadioProps) {
  const used = useRun((state) => state.settings.policy === id)
  const coming = usePolicies((state) => state.fetching?.id === id)
  return (
    <div className={`choice ${chosen ? 'chosen' : ''} ${!coming && removable !== undefined ? 'removable' : ''}`} style={{ gridRow: row }}>
      <input id={input} type="radio" name={group} checked={chosen} disabled={damaged} onChange={onChoose} aria-describedby={`${input}-facts`} />
      <label htmlFor={input} title={name}>{name}</label>
      {used && <span className="badge">in use</span>}
      <p id={`${input}-facts`} className={damaged ? 'fault' : 'quiet'}>{facts}</p>
    </div>
  )
}

/** Beside a choice and not within the group, which holds choices alone: what frees it, or how far it is. */
function Ways({ id, name, row, removable, focus }: Pick<RadioProps, 'id' | 'name' | 'row' | 'removable'> & { readonly focus: () => void }) {
  const { removePolicy } = useWorkbench()
  const coming = usePolicies((state) => state.fetching?.id === id)
  const [asked, setAsked] = useState(false)
  if (coming) return <div className="choice-coming" style={{ gridRow: row + 1 }}><Fetching named={false} /></div>
  if (removable === undefined) return null
  const done = (): void => {
    setAsked(false)
    // the button that had the focus is gone
    focus()
  }
  const free = async (): Promise<void> => {
    await removePolicy(id)
    done()
  }
  return (
    <span className={asked ? 'choice-ways asked' : 'choice-ways'} style={{ gridRow: row }}>
      {!asked && <button type="button" className="plain" aria-label={`Remove ${name} …`} onClick={() => setAsked(true)}>Remove</button>}
      {asked && (
        <>
          <button type="button" className="button small danger" aria-label={`Remove ${name}`} onClick={() => void free()}>
            Free {size(removable)}
          </button>
          <button type="button" className="button small" autoFocus onClick={done}>Keep</button>
        </>
      )}
    </span>
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
  const choices: readonly ChoiceProps[] = [
    ...(Object.keys(EMBEDDED_POLICIES) as EmbeddedPolicy[]).map((id) => ({
      id, name: EMBEDDED_NAMES[id], facts: [...known(sample), 'comes with the page'].join(' · '), damaged: false, removable: undefined,
    })),
    ...[...kept, ...lookedUp].map((record) => ({
      id: record.id, name: record.id, facts: factsLine(record), damaged: record.damage !== undefined,
      removable: kept.includes(record) ? keptBytes(record) : undefined,
    })),
  ]
  const chosen = usePolicies(chosenId)
  // a folder's name may have spaces, which part ids
  const inputOf = (id: string): string => `${group}-${encodeURIComponent(id)}`
  /** The choice itself, or the first one where it is gone or damaged. */
  const focusOn = (id: string): void => {
    const here = policies.getState().kept.some((record) => record.id === id)
    const own = here ? document.getElementById(inputOf(id)) : null
    const usable = own instanceof HTMLInputElement && !own.disabled ? own : document.getElementById(inputOf(SAMPLE))
    usable?.focus()
  }
  return (
    <section aria-labelledby={heading}>
      <h3 id={heading}>At hand</h3>
      <div className="choices">
        <div className="choices-group" role="radiogroup" aria-labelledby={heading}>
          {choices.map((choice, i) => (
            <Radio
              key={choice.id} {...choice} input={inputOf(choice.id)} group={group} row={2 * i + 1} chosen={choice.id === chosen}
              onChoose={() => { if (choice.id !== chosen) policies.choose(choice.id, mirror) }}
            />
          ))}
        </div>
        {choices.map(({ id, name, removable }, i) => (
          <Ways key={id} id={id} name={name} row={2 * i + 1} removable={removable} focus={() => focusOn(id)} />
        ))}
      </div>
    </section>
  )
}
