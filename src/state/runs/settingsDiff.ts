// Settings of several runs side by side, grouped as the settings' table has them, and the machines that they ran on.
import { markdownText } from '../../domain/tableText.ts'
import { PRESETS, settingsOf, type Preset, type SettingValue } from '../../domain/config.ts'
import { SETTINGS, type SettingGroup } from '../../domain/settings.ts'
import type { RunRecord } from '../../client/runs.ts'

export interface DiffRow {
  readonly name: string
  readonly unit: string
  readonly explanation: string
  /** by run; undefined where its record has none */
  readonly values: readonly (SettingValue | undefined)[]
  readonly same: boolean
}

export interface DiffGroup {
  readonly group: SettingGroup | 'environment'
  readonly rows: readonly DiffRow[]
}

type Compared = Pick<RunRecord, 'settings' | 'environment' | 'dataset' | 'recommender'>

const row = (name: string, values: readonly (SettingValue | undefined)[], unit = '', explanation = ''): DiffRow => (
  { name, unit, explanation, values, same: values.every((value) => value === values[0]) })

/** The environment as the record has it, and the data's name and hash where it does not say them. */
export function shownEnvironment({ environment, dataset }: Pick<RunRecord, 'environment' | 'dataset'>): Readonly<Record<string, string>> {
  return { 'data': dataset.name, ...environment, 'data hash': dataset.hash }
}

/** Every setting and everything of the environment, of each run. Settings that this version no longer knows stand at the end of `run`. */
export function compareSettings(runs: readonly Compared[]): readonly DiffGroup[] {
  const groups = new Map<DiffGroup['group'], DiffRow[]>()
  const add = (group: DiffGroup['group'], one: DiffRow): void => void groups.set(group, [...groups.get(group) ?? [], one])
  for (const { name, group, unit, explanation } of SETTINGS) add(group, row(name, runs.map(({ settings }) => settings[name]), unit, explanation))
  const known = new Set<string>(SETTINGS.map(({ name }) => name))
  const others = new Set(runs.flatMap(({ settings }) => Object.keys(settings)).filter((name) => !known.has(name)))
  for (const name of others) add('run', row(name, runs.map(({ settings }) => settings[name])))
  // what is a setting stands among the settings
  const machine = new Set(runs.flatMap((run) => Object.keys(shownEnvironment(run))).filter((name) => !known.has(name)))
  for (const name of machine) add('environment', row(name, runs.map((run) => shownEnvironment(run)[name])))
  return [...groups].map(([group, rows]) => ({ group, rows }))
}

/** The groups with what differs alone; groups where nothing does are gone. */
export function onlyDifferences(groups: readonly DiffGroup[]): readonly DiffGroup[] {
  return groups.map(({ group, rows }) => ({ group, rows: rows.filter(({ same }) => !same) })).filter(({ rows }) => rows.length > 0)
}

/** What a run changed against its preset, in the table's order; everything, where the preset is none that this version knows. */
export function againstPreset(settings: RunRecord['settings']): readonly (DiffRow & { readonly preset: SettingValue | undefined })[] {
  const known = Object.hasOwn(PRESETS, String(settings['preset']))
  const preset = known ? settingsOf(settings['preset'] as Preset) : undefined
  return SETTINGS.flatMap(({ name, unit, explanation }) => {
    const value = settings[name]
    return value === undefined || value === preset?.[name] ? [] : [{ ...row(name, [value], unit, explanation), preset: preset?.[name] }]
  })
}

export function valueText(value: SettingValue | undefined, unit = ''): string {
  if (value === undefined) return '–'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (value === '') return 'none'
  return unit === '' ? String(value) : `${value} ${unit}`
}

/** The comparison as a Markdown table. */
export function diffMarkdown(names: readonly string[], groups: readonly DiffGroup[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(' | ')} |`
  return [
    line(['', ...names]),
    `| --- | ${names.map(() => '---').join(' | ')} |`,
    ...groups.flatMap(({ group, rows }) => [line([group, ...names.map(() => '')]), ...rows.map(({ name, unit, values }) => line([name, ...values.map((value) => valueText(value, unit))]))]),
    '',
  ].join('\n')
}
