// Every setting of a run as a form that can be searched: found by words, by group, or by what was changed.
import { Fragment, useId, useRef, useState } from 'react'
import type { SettingName, Settings } from '../../domain/settings.ts'
import { isUnderWay } from '../../state/run/run.ts'
import { findSettings, unusedSettings } from '../../state/run/settingSearch.ts'
import { useRun, useWorkbench } from '../parts/stores.ts'
import { changedFrom, useBase } from './base.ts'
import { EditReward } from './RewardRow.tsx'
import { Setting } from './Setting.tsx'

const said = (value: Settings[SettingName]): string => (value === '' ? 'none' : String(value))

interface ChangesProps {
  readonly changed: readonly SettingName[]
  readonly settings: Settings
  readonly base: Settings
  readonly named: string
  readonly locked: boolean
}

function Changes({ changed, settings, base, named, locked }: ChangesProps) {
  const { run } = useWorkbench()
  if (changed.length === 0) return <p className="quiet">Everything is as in {named}.</p>
  const back = (names: readonly SettingName[]): void => void run.changeAll(Object.fromEntries(names.map((name) => [name, base[name]])))
  return (
    <details className="changes">
      <summary>{changed.length} changed against {named}</summary>
      <ul>
        {changed.map((name) => (
          <li key={name}>
            <code>{name}</code> <span className="quiet">{said(base[name])} →</span> <strong>{said(settings[name])}</strong>{' '}
            <button type="button" className="plain" disabled={locked} aria-label={`Set back ${name} to ${said(base[name])}`} onClick={() => back([name])}>Set back</button>
          </li>
        ))}
      </ul>
      <button type="button" className="button small" disabled={locked} onClick={() => back(changed)}>Set all back</button>
    </details>
  )
}

export function SettingsForm() {
  const settings = useRun((state) => state.settings)
  const locked = useRun((state) => isUnderWay(state.phase))
  const { base, named } = useBase()
  const [words, setWords] = useState('')
  const [only, setOnly] = useState(false)
  const form = useRef<HTMLDivElement>(null)
  const id = useId()
  const changed = changedFrom(base, settings)
  const unused = unusedSettings(settings)
  const groups = findSettings(words, only ? changed : undefined)
  const count = groups.reduce((sum, { specs }) => sum + specs.length, 0)
  const jump = (group: string): void => {
    const target = form.current?.querySelector<HTMLElement>(`[data-group=${group}]`)
    target?.scrollIntoView({ block: 'start' })
    target?.focus({ preventScroll: true })
  }
  return (
    <div className="settings-view">
      <div className="settings-head">
        <p className="settings-search">
          <label htmlFor={id} className="visually-hidden">Search settings</label>
          <input id={id} type="search" placeholder="Search settings: name, explanation, group" value={words} onChange={(event) => setWords(event.currentTarget.value)} />
          <label className="check"><input type="checkbox" checked={only} disabled={changed.length === 0 && !only} onChange={(event) => setOnly(event.currentTarget.checked)} /> Only changed</label>
          <span role="status" className="quiet">{words === '' && !only ? `${count} settings` : `${count} found`}</span>
        </p>
        <nav aria-label="Groups of settings" className="settings-groups">
          {groups.map(({ group, title, specs }) => (
            <button key={group} type="button" className="plain" onClick={() => jump(group)}>{title} <small>{specs.length}</small></button>
          ))}
        </nav>
        {locked && <p className="notice">These settings belong to the run in progress. Stop or reset it to change them; it stays kept.</p>}
      </div>
      <Changes changed={changed} settings={settings} base={base} named={named} locked={locked} />
      <div className="settings" ref={form}>
        {groups.length === 0 && <p className="waiting">No setting says {only ? 'that among those that were changed' : 'all of these words'}.</p>}
        {groups.map(({ group, title, specs }) => (
          <Fragment key={group}>
            <fieldset disabled={locked} data-group={group} tabIndex={-1}>
              <legend>{title}</legend>
              {specs.map((spec) => <Setting key={spec.name} spec={spec} value={settings[spec.name]} preset={base[spec.name]} unused={unused.get(spec.name)} />)}
            </fieldset>
            {group === 'reward' && <p className="settings-editor"><EditReward>Edit the reward as a sum, with what each part gives on real outputs</EditReward></p>}
          </Fragment>
        ))}
      </div>
    </div>
  )
}
