// Which kept runs an experiment has already: those with the same settings, data and versions, however they came to be.
import type { RunRecord } from '../../client/runs.ts'
import type { PlannedRun } from '../../domain/papers/experiment.ts'
import { SETTINGS, type SettingName, type Settings } from '../../domain/settings.ts'
import { latestCheckpoint, settingsFrom } from '../run/kept.ts'

/** Settings that change nothing that is measured: where values came from, how much is kept, how a server is asked, how much memory is used. */
const WITHOUT_EFFECT: ReadonlySet<SettingName> = new Set([
  'preset', 'checkpointEvery', 'checkpointsKept', 'rolloutsKept', 'evaluationBatch', 'memoryBudget', 'policyMirror', 'httpConcurrency', 'httpTimeout', 'httpRetries',
])

/** Settings with an effect, as a text that is equal for equal runs. */
export function effectOf(settings: Settings): string {
  const isImitated = settings.stages.includes('sft')
  return JSON.stringify(SETTINGS.filter(({ name, group }) => !WITHOUT_EFFECT.has(name) && (group !== 'sft' || isImitated)).map(({ name }) => settings[name]))
}

export interface World {
  /** of the open data */
  readonly hash: string
  /** names and versions of what runs here */
  readonly versions: Readonly<Record<string, string>>
}

/** Whether a kept run is what is planned, whether or not it has ended. */
function isThat({ settings, dataset, environment, parent, damage }: RunRecord, { effect }: { readonly effect: string }, { hash, versions }: World): boolean {
  if (dataset.hash !== hash || parent !== undefined || damage !== undefined) return false
  if (Object.entries(versions).some(([name, version]) => name !== 'browser' && environment[name] !== version)) return false
  try {
    return effectOf(settingsFrom(settings)) === effect
  } catch {
    return false
  }
}

/** What there is of a planned run: one that ended as planned, one that can be gone on with, or nothing. */
export type Found = { readonly is: 'done' | 'begun'; readonly record: RunRecord } | { readonly is: 'missing' }

/** The latest that is done, or else the latest that can go on. A run that a person ended early is neither. */
export function findRun(planned: PlannedRun, records: readonly RunRecord[], world: World): Found {
  const wanted = { effect: effectOf(planned.settings) }
  const own = records.filter((record) => isThat(record, wanted, world))
  const done = own.find(({ status, done: steps, planned: all, summary }) => status === 'finished' && steps === all && summary !== undefined)
  if (done !== undefined) return { is: 'done', record: done }
  const begun = own.find(({ status, writer, checkpoints }) => (status === 'paused' || status === 'running') && writer !== 'elsewhere' && latestCheckpoint({ checkpoints }) !== undefined)
  return begun === undefined ? { is: 'missing' } : { is: 'begun', record: begun }
}

/** Seconds that a planned run takes: those of a done run of other seed, else of its steps at their known length; undefined where nothing is known. */
export function secondsOf(planned: PlannedRun, records: readonly RunRecord[], world: World, stepMs: (settings: Settings) => number | undefined): number | undefined {
  const alike = { effect: effectOf({ ...planned.settings, seed: 0 }) }
  const record = records.find(({ status, done, planned: all, summary, ...one }) => {
    if (status !== 'finished' || done !== all || summary === undefined) return false
    return isThat({ ...one, status, done, planned: all, summary, settings: { ...one.settings, seed: 0 } }, alike, world)
  })
  const seconds = (record?.summary as { readonly seconds?: unknown } | undefined)?.seconds
  if (typeof seconds === 'number') return seconds
  const { stages, steps } = planned.settings
  const ms = stages.includes('grpo') ? stepMs(planned.settings) : undefined
  return ms === undefined ? undefined : steps * ms / 1000
}
