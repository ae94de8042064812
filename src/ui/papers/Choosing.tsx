// What a person chooses of an experiment: only what it heeds.
import { useId, useState, type ReactNode } from 'react'
import { useStore } from 'zustand'
import { MEASURE_TITLES, type TableMeasure } from '../../domain/methodsTable.ts'
import type { Choices } from '../../domain/papers/experiment.ts'
import { seedsOf } from '../../domain/papers/choices.ts'
import { SETTINGS } from '../../domain/settings.ts'
import type { Papers } from '../../state/papers/papersState.ts'
import { sentenceOf } from '../../state/sentence.ts'

const MEASURES: readonly TableMeasure[] = ['ndcg@10', 'ndcg@100', 'recall@10']

function choicesOf<Name extends 'recommender' | 'mode'>(name: Name): readonly Choices[Name extends 'mode' ? 'modes' : 'recommenders'][number][] {
  const spec = SETTINGS.find((setting) => setting.name === name)
  return (spec?.kind === 'choice' ? spec.choices : []) as never
}

/** A number or a text that is taken when it is right; what is wrong with it stands below. */
function Typed({ label, value, hint, take }: { readonly label: string; readonly value: string; readonly hint: string; readonly take: (text: string) => void }) {
  const id = useId()
  const [typed, setTyped] = useState<string>()
  const [fault, setFault] = useState('')
  const done = (): void => {
    if (typed === undefined) return
    try {
      take(typed)
      setTyped(undefined)
      setFault('')
    } catch (error) {
      setFault(sentenceOf(error))
    }
  }
  return (
    <span className="papers-choice">
      <label htmlFor={id}>{label}</label>
      <input
        id={id} type="text" value={typed ?? value} title={hint} aria-invalid={fault !== ''} aria-describedby={fault === '' ? undefined : `${id}-fault`}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)} onBlur={done} onKeyDown={({ key }) => { if (key === 'Enter') done() }}
      />
      {fault !== '' && <span id={`${id}-fault`} className="fault quiet">{fault}</span>}
    </span>
  )
}

function Several<Value extends string>({ label, all, chosen, take }: {
  readonly label: string; readonly all: readonly Value[]; readonly chosen: readonly Value[]; readonly take: (values: readonly Value[]) => void
}) {
  return (
    <fieldset className="papers-choice papers-several">
      <legend>{label}</legend>
      {all.map((value) => (
        <label key={value} className="check">
          <input
            type="checkbox" checked={chosen.includes(value)} disabled={chosen.length === 1 && chosen[0] === value}
            onChange={({ currentTarget }) => take(currentTarget.checked ? all.filter((one) => one === value || chosen.includes(one)) : chosen.filter((one) => one !== value))}
          />{value}
        </label>
      ))}
    </fieldset>
  )
}

function positive(text: string, what: string, whole: boolean): number {
  const value = Number(text.trim().replace(',', '.'))
  if (text.trim() === '' || !Number.isFinite(value) || value < 0 || (whole && !Number.isInteger(value))) throw new Error(`${what} is "${text}"; give ${whole ? 'a whole number' : 'a number'} from 0 up`)
  return value
}

export function Choosing({ papers, heeds }: { readonly papers: Papers; readonly heeds: readonly (keyof Choices)[] }) {
  const choices = useStore(papers, (state) => state.choices)
  const busy = useStore(papers, (state) => state.job !== undefined)
  const { seeds, recommenders, modes, measure, thoughtBudget, pricePerHour } = choices
  const parts: Readonly<Record<keyof Choices, ReactNode>> = {
    seeds: <Typed key="seeds" label="Seeds" value={seeds.join(', ')} hint="for example 1, 2, 3 or 1-3: every run is made with each" take={(text) => papers.set({ seeds: seedsOf(text) })} />,
    recommenders: <Several key="recommenders" label="Recommenders" all={choicesOf('recommender')} chosen={recommenders} take={(values) => papers.set({ recommenders: values })} />,
    modes: <Several key="modes" label="Modes" all={choicesOf('mode')} chosen={modes} take={(values) => papers.set({ modes: values })} />,
    measure: (
      <label key="measure" className="papers-choice">Measure
        <select value={measure} onChange={({ currentTarget }) => papers.set({ measure: currentTarget.value as TableMeasure })}>
          {MEASURES.map((one) => <option key={one} value={one}>{MEASURE_TITLES[one]}</option>)}
        </select>
      </label>
    ),
    thoughtBudget: <Typed key="budget" label="Words of a budgeted thought" value={String(thoughtBudget)} hint="setting thoughtBudget of that run" take={(text) => papers.set({ thoughtBudget: Math.max(1, positive(text, 'the budget', true)) })} />,
    pricePerHour: <Typed key="price" label="Price of an hour" value={String(pricePerHour)} hint="of this machine, in any currency; 0 leaves money out" take={(text) => papers.set({ pricePerHour: positive(text, 'the price', false) })} />,
  }
  return <fieldset className="papers-choices" disabled={busy} aria-label="Choices">{heeds.map((name) => parts[name])}</fieldset>
}
