// What stands under a figure: data, recommender, run, settings, seed, date and versions, so that it can be made again.
import type { RunRecord } from '../../client/runs.ts'
import { versions } from '../../client/versions.ts'
import { differences } from '../../domain/config.ts'
import { kindOf } from '../inspect/columns.ts'
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

export function captionOf({ shop: { dataset, recommender }, run: { run, record, settings, engine }, columns, records, now }: CaptionWorld): Figure['caption'] {
  const changed = differences(settings).map((name) => `${name} ${settings[name]}`)
  const asked = columns.flatMap((id) => {
    const kind = kindOf(id)
    const kept = kind?.is === 'checkpoint' ? records.find((one) => one.id === kind.run) : undefined
    return kept === undefined ? [] : [`${kept.name} (${kept.id})`]
  })
  const runs = [...new Set([...(record === undefined ? [] : [`${record.name} (${record.id})`]), ...asked])]
  return [
    ['Data', `${dataset.name}, ${dataset.queries.length.toLocaleString('en')} queries, ${dataset.productCount.toLocaleString('en')} products, ${dataset.hash.slice(0, HASH_LETTERS)}`],
    ['Recommender', recommender.name],
    ...(engine.is === 'ready' ? [['Policy', engine.loaded.policy] as const] : []),
    ...(runs.length === 0 ? [] : [['Run', runs.join(', ')] as const]),
    ['Settings', [`preset ${settings.preset}`, ...changed].join(', ')],
    ['Seed', String(settings.seed)],
    ['Date', now.toISOString().slice(0, 16).replace('T', ' ').concat(' UTC')],
    ...Object.entries(run.start?.versions ?? versions()).map(([name, version]) => [name, version] as const),
  ]
}
