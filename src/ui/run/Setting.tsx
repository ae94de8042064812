// One setting: its control, its range and unit, its explanation, and the way back to what it was.
import { memo, useId, useState } from 'react'
import type { SettingName, Settings, SettingSpec } from '../../domain/settings.ts'
import { rangeOf } from '../../state/run/settingSearch.ts'
import { useWorkbench } from '../parts/stores.ts'

interface ControlProps {
  readonly spec: SettingSpec
  readonly value: string
  readonly id: string
  readonly describedBy: string
  readonly invalid: boolean
  readonly onChange: (text: string) => void
}

function Control({ spec, value, id, describedBy, invalid, onChange }: ControlProps) {
  const shared = { id, 'aria-describedby': describedBy }
  if (spec.kind === 'boolean') {
    return <input type="checkbox" {...shared} checked={value === 'true'} onChange={(event) => onChange(String(event.currentTarget.checked))} />
  }
  if (spec.kind === 'choice') {
    return (
      <select {...shared} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {spec.choices.map((choice) => <option key={choice}>{choice}</option>)}
      </select>
    )
  }
  const numeric = spec.kind === 'text' || spec.kind === 'free' ? 'text' : spec.kind === 'integer' ? 'numeric' : 'decimal'
  return (
    <input
      type="text" className={spec.kind === 'free' || spec.kind === 'text' ? 'free' : ''} inputMode={numeric} autoComplete="off" spellCheck={false}
      {...shared}
      placeholder={spec.kind === 'free' ? spec.example : undefined}
      aria-invalid={invalid} value={value} onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

export interface SettingProps {
  readonly spec: SettingSpec
  readonly value: Settings[SettingName]
  /** the preset's value, or that of the run which this one goes on from */
  readonly preset: Settings[SettingName]
  /** which other setting makes it count for nothing as it stands */
  readonly unused?: string | undefined
}

function SettingBase({ spec, value, preset, unused }: SettingProps) {
  const { run } = useWorkbench()
  const id = useId()
  // the text as typed, while it is not yet a value
  const [draft, setDraft] = useState<{ readonly text: string; readonly fault: string }>()
  const changed = value !== preset
  const take = (text: string): void => {
    const fault = run.change(spec.name as SettingName, text)
    setDraft(fault === undefined ? undefined : { text, fault })
  }
  return (
    <div className={`setting ${changed ? 'changed' : ''} ${unused === undefined ? '' : 'unused'}`}>
      <label htmlFor={id}>{spec.name}</label>
      <div className="setting-control">
        <Control spec={spec} value={draft?.text ?? String(value)} id={id} describedBy={`${id}-why`} invalid={draft !== undefined} onChange={take} />
        <span className="quiet" title={spec.kind === 'text' ? spec.items.join(', ') : undefined}>{rangeOf(spec)}</span>
      </div>
      <p id={`${id}-why`} className="setting-why">
        {draft === undefined ? spec.explanation : <span role="alert" className="fault">{draft.fault}</span>}
        {unused !== undefined && <em> Not used while {unused}.</em>}
        {changed && <> <button type="button" className="plain" onClick={() => take(String(preset))}>Back to {preset === '' ? 'none' : String(preset)}</button></>}
      </p>
    </div>
  )
}

/** Renders again only when its own value changes: a form has a hundred of them. */
export const Setting = memo(SettingBase)
