// The settings form, generated from the table of settings: name, value, unit, range, explanation, and what differs from the preset.
import { useId, useState } from 'react'
import { settingsOf } from '../../domain/config.ts'
import { SETTING_GROUPS, SETTINGS, type SettingGroup, type SettingName, type Settings, type SettingSpec } from '../../domain/settings.ts'
import { useRun, useWorkbench } from '../parts/stores.ts'

const GROUP_TITLES: Readonly<Record<SettingGroup, string>> = {
  run: 'Run', recommender: 'Recommender', task: 'Task', sampling: 'Sampling', reward: 'Reward', advantage: 'Advantage', objective: 'Objective',
  optimiser: 'Optimiser', weights: 'Weights', evaluation: 'Evaluation', sft: 'Supervised stage',
}

function rangeOf(spec: SettingSpec): string {
  const ends = spec.kind === 'integer' || spec.kind === 'number' ? `${spec.min} to ${spec.max}`.replaceAll('-', '−') : ''
  const range = spec.kind === 'text' ? 'all, or a list' : ends
  return [range, spec.unit].filter((part) => part !== '').join(' ')
}

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

interface SettingProps {
  readonly spec: SettingSpec
  readonly value: Settings[SettingName]
  readonly preset: Settings[SettingName]
}

export function Setting({ spec, value, preset }: SettingProps) {
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
    <div className={changed ? 'setting changed' : 'setting'}>
      <label htmlFor={id}>{spec.name}</label>
      <div className="setting-control">
        <Control spec={spec} value={draft?.text ?? String(value)} id={id} describedBy={`${id}-why`} invalid={draft !== undefined} onChange={take} />
        <span className="quiet" title={spec.kind === 'text' ? spec.items.join(', ') : undefined}>{rangeOf(spec)}</span>
      </div>
      <p id={`${id}-why`} className="setting-why">
        {draft === undefined ? spec.explanation : <span role="alert" className="fault">{draft.fault}</span>}
        {changed && <> <button type="button" className="plain" onClick={() => take(String(preset))}>Back to {String(preset)}</button></>}
      </p>
    </div>
  )
}

export function SettingsForm() {
  const settings = useRun((state) => state.settings)
  const locked = useRun((state) => state.phase !== 'idle' && state.phase !== 'failed' && state.phase !== 'finished')
  const preset = settingsOf(settings.preset)
  return (
    <div className="settings">
      {locked && <p className="notice">These settings belong to the run in progress. Reset it to change them.</p>}
      {SETTING_GROUPS.map((group) => (
        <fieldset key={group} disabled={locked}>
          <legend>{GROUP_TITLES[group]}</legend>
          {SETTINGS.filter((spec) => spec.group === group && spec.name !== 'preset').map((spec) => (
            <Setting key={spec.name} spec={spec} value={settings[spec.name]} preset={preset[spec.name]} />
          ))}
        </fieldset>
      ))}
    </div>
  )
}
