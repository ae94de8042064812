// Which rows of ESCI are read: Rec-R1's by one switch, or each choice by itself.
import { useId } from 'react'
import { ESCI_REC_R1, recR1Filter, sameFilter, type EsciFilter } from '../../state/data/files.ts'

interface OptionProps<Value extends string> {
  readonly title: string
  readonly value: Value
  readonly options: readonly (readonly [value: Value, said: string])[]
  readonly onChange: (value: Value) => void
}

function Option<Value extends string>({ title, value, options, onChange }: OptionProps<Value>) {
  const id = useId()
  return (
    <div className="mapped">
      <label htmlFor={id}>{title}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value as Value)}>
        {options.map(([name, said]) => <option key={name} value={name}>{said}</option>)}
      </select>
    </div>
  )
}

const LOCALES = [['us', 'us'], ['es', 'es'], ['jp', 'jp'], ['all', 'all']] as const
const VERSIONS = [['all', 'all rows'], ['small', 'small'], ['large', 'large']] as const
const SPLITS = [['all', 'train and test'], ['train', 'train'], ['test', 'test']] as const
const LABELS = [['all', 'all four'], ['exact', 'Exact only']] as const

export function Filter({ filter, onChange }: { readonly filter: EsciFilter; readonly onChange: (filter: EsciFilter) => void }) {
  return (
    <fieldset className="filter">
      <legend>Rows of ESCI to read</legend>
      <label className="switch">
        <input type="checkbox" checked={sameFilter(filter, ESCI_REC_R1)} onChange={(event) => onChange(recR1Filter(event.currentTarget.checked))} />
        As Rec-R1 <small>locale us, small version, judgements of Exact</small>
      </label>
      <div className="mapping-fields">
        <Option title="locale" value={filter.locale} options={LOCALES} onChange={(locale) => onChange({ ...filter, locale })} />
        <Option title="version" value={filter.version} options={VERSIONS} onChange={(version) => onChange({ ...filter, version })} />
        <Option title="split" value={filter.split} options={SPLITS} onChange={(split) => onChange({ ...filter, split })} />
        <Option title="labels" value={filter.labels} options={LABELS} onChange={(labels) => onChange({ ...filter, labels })} />
      </div>
    </fieldset>
  )
}
