// The list of runs as a person asks for it: found by words, tags and status, in an order, with the figures that each row shows.
import { SETTINGS } from '../../domain/settings.ts'
import type { RunRecord } from '../../client/runs.ts'
import type { Summary } from '../../experiment/events.ts'

const SORTS = ['changed', 'created', 'name', 'ndcg', 'gain', 'steps', 'size'] as const
export type Sort = (typeof SORTS)[number]

/** Test NDCG@10 of the unchanged query, the starting and the trained policy, and the gain on the start, as the run's summary has them. */
export interface Outcome {
  readonly original: number
  readonly start: number
  readonly after: number
  readonly gain: number
  readonly low: number
  readonly high: number
  readonly p: number
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

/** The summary as the loop wrote it; undefined for a run that did not finish, or whose record says something else. */
export function summaryIn({ summary }: Pick<RunRecord, 'summary'>): Summary | undefined {
  const shaped = isRecord(summary) && isRecord(summary['test']) && isRecord(summary['gain']) && isRecord(summary['gain']['before'])
  return shaped ? summary as unknown as Summary : undefined
}

export function outcomeOf(record: Pick<RunRecord, 'summary'>): Outcome | undefined {
  const summary = summaryIn(record)
  if (summary === undefined) return undefined
  const { test: { original, before, after }, gain: { before: { delta, low, high, p } } } = summary
  return { original: original['ndcg@10'], start: before['ndcg@10'], after: after['ndcg@10'], gain: delta, low, high, p }
}

/** Bytes of a run: its events and its checkpoints. */
export function bytesOfRun({ events, checkpoints }: Pick<RunRecord, 'events' | 'checkpoints'>): number {
  return checkpoints.reduce((sum, { bytes }) => sum + bytes, events.bytes)
}

interface Wanted {
  readonly tags: readonly string[]
  readonly statuses: readonly string[]
  readonly words: readonly string[]
}

/** `tag:` and `status:` with their values (in quotes where they hold spaces), and free words. */
export function parseSearch(text: string): Wanted {
  const wanted = { tags: [] as string[], statuses: [] as string[], words: [] as string[] }
  for (const [, key, quoted, plain] of text.toLowerCase().matchAll(/(?:(tag|status):)?(?:"([^"]*)"?|(\S+))/g)) {
    const value = quoted ?? plain ?? ''
    // the key alone is a search being typed
    if (value === '' || value === 'tag:' || value === 'status:') continue
    const list = key === 'tag' ? wanted.tags : key === 'status' ? wanted.statuses : wanted.words
    list.push(value)
  }
  return wanted
}

/** The text that words are looked for in: the name, the tags, the data, what ran, and notes. */
function textOf(run: RunRecord): string {
  return [run.name, ...run.tags, run.dataset.name, run.policy, run.recommender, run.parent?.name ?? '', ...Object.values(run.notes)].join('\n').toLowerCase()
}

/** Words with an equals sign ask for settings: learningRate=0.002. */
function settingsText({ settings }: RunRecord): string {
  return SETTINGS.map(({ name }) => ` ${name}=${String(settings[name] ?? '')} `).join('').toLowerCase()
}

export function findRuns(records: readonly RunRecord[], search: string): readonly RunRecord[] {
  const { tags, statuses, words } = parseSearch(search)
  if (tags.length + statuses.length + words.length === 0) return records
  return records.filter((run) => {
    const own = run.tags.map((tag) => tag.toLowerCase())
    const text = words.length === 0 ? '' : textOf(run)
    const settings = words.some((word) => word.includes('=')) ? settingsText(run) : ''
    return tags.every((tag) => own.some((one) => one.startsWith(tag)))
      && (statuses.length === 0 || statuses.some((status) => run.status.startsWith(status)))
      && words.every((word) => text.includes(word) || (word.includes('=') && settings.includes(` ${word}`)))
  })
}

const values: Readonly<Record<Sort, (run: RunRecord) => number | string | undefined>> = {
  changed: ({ changedAt }) => changedAt,
  created: ({ createdAt }) => createdAt,
  name: ({ name }) => name,
  ndcg: (run) => outcomeOf(run)?.after,
  gain: (run) => outcomeOf(run)?.gain,
  steps: ({ done }) => done,
  size: bytesOfRun,
}

const names = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** In order of one value, what has none at the end either way; equals stand as they stood. */
export function sortRuns(records: readonly RunRecord[], by: Sort, falling: boolean): readonly RunRecord[] {
  const keyed = records.map((run) => ({ run, value: values[by](run) }))
  const known = (value: number | string | undefined): boolean => value !== undefined && !Number.isNaN(value)
  return keyed.toSorted((a, b) => {
    if (!known(a.value) || !known(b.value)) return Number(known(b.value)) - Number(known(a.value))
    const order = typeof a.value === 'string' ? names.compare(a.value, String(b.value)) : Number(a.value) - Number(b.value)
    return falling ? -order : order
  }).map(({ run }) => run)
}
