// What the settings of the next run are compared with.
import { useMemo } from 'react'
import { settingsOf } from '../../domain/config.ts'
import { SETTINGS, type SettingName, type Settings } from '../../domain/settings.ts'
import { settingsFrom } from '../../state/run/kept.ts'
import { useRun } from '../parts/stores.ts'

/** What changes are counted against: the run that this one goes on from, or the preset. */
export function useBase(): { readonly base: Settings; readonly named: string } {
  const preset = useRun((state) => state.settings.preset)
  const fork = useRun((state) => state.fork)
  return useMemo(() => (fork === undefined ? { base: settingsOf(preset), named: `preset ${preset}` } : { base: settingsFrom(fork.record.settings), named: fork.record.name }), [preset, fork])
}

export function changedFrom(base: Settings, settings: Settings): SettingName[] {
  return SETTINGS.map(({ name }) => name).filter((name) => name !== 'preset' && settings[name] !== base[name])
}
