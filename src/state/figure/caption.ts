// What stands under a figure: data, recommender, run, settings, seed, date and versions, so that it can be made again.
import type { RunRecord } from '../../client/runs.ts'
import { versions } from '../../client/versions.ts'
import { differences } from '../../domain/config.ts'
import type { Settings } from '../../domain/settings.ts'
import { taskOf } from '../../domain/tasks/tasks.ts'
import { kindOf } from '../inspect/columns.ts'
import { settingsFrom } from '../run/kept.ts'
import type { Figure } from './figure.ts'
import type { Shop } from '../data/library.ts'
import type { RunStoreState } from '../run/run.ts'

export interface CaptionWorld {
  readonly shop: Pick<Shop, 'dataset' | 'recommender'>
  readonly run: Pick<RunStoreState, 'run' | 'record' | 'settings' | 'engine'>
  /** ids of the figure's columns */
  readonly columns: readonly string[]
  readonly records: readonly RunRecord[]
  readonly now: Date
}

const HASH_LETTERS = 12
const count = (value: number): string => value.toLocaleString('en')

/** A preset and what differs from it. */
function settingsText(settings: Settings): string {
  return [`preset ${settings.preset}`, ...differences(settings).filter((name) => name !== 'seed').map((name) => `${name} ${settings[name]}`)].join(', ')
}

/** A task with the version of its prompt. */
function taskText(settings: Settings): string {
  const { title, name, version } = taskOf(settings)
  return `${title} (${name}), prompt version ${version}`
}

type Line = Figure['caption'][number]

/** Settings and seed are those that the run was made with, whatever the form says now; checkpoints of other runs say their own. */
export function captionOf({ shop, run: { run, record, settings: now, engine }, columns, records, now: date }: CaptionWorld): Figure['caption'] {
  const { dataset, recommender } = shop
  const made = record?.settings ?? run.start?.settings
  const settings = made === undefined ? now : settingsFrom(made)
  const asked = new Set(columns.flatMap((id) => {
    const kind = kindOf(id)
    return kind?.is === 'checkpoint' ? [kind.run] : []
  }))
  const others = records.filter(({ id }) => asked.has(id) && id !== record?.id).map((other): Line => {
    const own = settingsFrom(other.settings)
    return ['Checkpoint’s run', `${other.name} (${other.id}), ${settingsText(own)}, seed ${own.seed}`]
  })
  // what is measured is measured here, with the form's
  const measured = (['gains', 'mode'] as const).filter((name) => now[name] !== settings[name]).map((name) => `${name} ${now[name]}`)
  return [
    ['Data', [dataset.name, `${count(dataset.queries.length)} queries`, `${count(dataset.productCount)} products`, dataset.hash.slice(0, HASH_LETTERS)].join(', ')],
    ['Task', taskText(settings)],
    ['Recommender', recommender.name],
    ...(engine.is === 'ready' ? [['Policy', engine.loaded.policy] as const] : []),
    ...(record === undefined ? [] : [['Run', `${record.name} (${record.id})`] as const]),
    ['Settings', settingsText(settings)],
    ['Seed', String(settings.seed)],
    ...others,
    ...(measured.length === 0 ? [] : [['Ranked and measured with', measured.join(', ')] as const]),
    ['Date', date.toISOString().slice(0, 16).replace('T', ' ').concat(' UTC')],
    ...Object.entries(run.start?.versions ?? versions()).map(([name, version]) => [name, version] as const),
  ]
}
