// A kept run as the driver takes it up again: where it can go on from, its settings and events, its data set open and its state back on the device.
import type { PolicyService } from '../../client/policy.ts'
import type { CheckpointRecord, RunRecord, RunsService } from '../../client/runs.ts'
import { settingsOf } from '../../domain/config.ts'
import { SETTINGS, type Settings } from '../../domain/settings.ts'
import { stepWords } from '../../domain/stage.ts'
import type { RunEvent } from '../../experiment/events.ts'
import { eventOf } from '../../experiment/line.ts'
import type { RunState } from '../../experiment/reduce.ts'
import { forkFaults, restoreEngine, resumePoint, type CheckpointPlace } from '../../experiment/resume.ts'
import type { Library } from '../data/library.ts'
import { readRun } from '../runs/readRun.ts'

export type { CheckpointPlace } from '../../experiment/resume.ts'

/** The place that a run goes on from when nobody says where: what was reached last. Undefined where nothing was kept. */
export function latestCheckpoint({ checkpoints }: Pick<RunRecord, 'checkpoints'>): CheckpointRecord | undefined {
  return checkpoints.reduce<CheckpointRecord | undefined>((latest, one) => (latest === undefined || one.eventsBytes >= latest.eventsBytes ? one : latest), undefined)
}

/** The checkpoint of that stage and step; an Error names what there is. */
export function checkpointAt({ name, checkpoints }: Pick<RunRecord, 'name' | 'checkpoints'>, { stage, step }: CheckpointPlace): CheckpointRecord {
  const found = checkpoints.find((one) => one.stage === stage && one.step === step)
  if (found !== undefined) return found
  const there = checkpoints.map((one) => stepWords(one.stage, one.step)).join(', ')
  throw new Error(`run ${name} keeps no checkpoint of ${stepWords(stage, step)}; it keeps ${there === '' ? 'none' : there}`)
}

/** The run that was under way when the page was left last: none was trained here since, nobody has it open, and it has a checkpoint. */
export function leftBehind(records: readonly RunRecord[]): RunRecord | undefined {
  const [latest] = records.filter(({ drivenAt }) => drivenAt !== undefined).toSorted((a, b) => b.drivenAt! - a.drivenAt!)
  if (latest === undefined) return undefined
  const { status, writer, damage, checkpoints } = latest
  return (status === 'running' || status === 'paused') && writer === undefined && damage === undefined && checkpoints.length > 0 ? latest : undefined
}

type Recorded = Readonly<Record<string, string | number | boolean>>

/** The settings that a run was made with. One that was added since has its preset's value. */
export function settingsFrom(recorded: Recorded): Settings {
  const values = Object.fromEntries(SETTINGS.flatMap(({ name }) => (recorded[name] === undefined ? [] : [[name, recorded[name]] as const]))) as Partial<Settings>
  return settingsOf(values.preset, values)
}

/** Why a run cannot go on from there with `settings`, one sentence for each; none where it can. */
export function forkFaultsOf({ record, stage, step }: CheckpointPlace & { readonly record: Pick<RunRecord, 'settings'> }, settings: Settings): string[] {
  return forkFaults(record.settings, settings, { stage, step })
}

/** What the driver reads of the store of runs. */
export type KeptRuns = Pick<RunsService, 'list' | 'events' | 'lines' | 'checkpoint' | 'rewind' | 'fork' | 'change' | 'remove' | 'release'>

export interface ReadKept {
  /** the plain events, and the answers of step 0 after them: what a run that goes on needs */
  readonly events: readonly RunEvent[]
  readonly state: RunState
}

/** A kept run's events, and what they and the rollouts of its last step add up to. */
export async function readKept(store: Pick<KeptRuns, 'events' | 'lines'>, id: string): Promise<ReadKept> {
  const { events, state } = await readRun(store, id)
  const answers = await store.lines(id, 'answers', { step: 0 })
  const rollouts = state.done === 0 ? [] : await store.lines(id, 'rollouts', { step: state.done })
  const last = rollouts.map(eventOf).at(-1)
  const shown = last?.type === 'rollouts' ? { step: last.step, rollouts: last.rollouts } : undefined
  return { events: [...answers.map(eventOf), ...events], state: shown === undefined ? state : { ...state, rollouts: shown, rolloutHistory: [shown] } }
}

/** What stands before the end of the checkpoint: what a run that is cut back to it will hold. */
export function eventsUpTo(events: readonly RunEvent[], { stage, step }: CheckpointPlace): readonly RunEvent[] {
  return events.slice(0, 1 + events.findLastIndex((event) => event.type === 'checkpoint' && event.stage === stage && event.step === step))
}

/** Opens the data set that the run was made with; an Error names the one that is missing. */
export async function openDataOf({ name, dataset }: Pick<RunRecord, 'name' | 'dataset'>, library: Library): Promise<void> {
  const here = (): boolean => library.getState().shop?.dataset.hash === dataset.hash
  if (here()) return
  await library.look()
  if (!library.getState().stored.some(({ hash }) => hash === dataset.hash)) {
    throw new Error(`run ${name} was trained on ${dataset.name} (hash ${dataset.hash.slice(0, 12)}…), which this browser does not keep; add the same files, then go on`)
  }
  await library.open(dataset.hash)
  if (here()) return
  throw new Error(`run ${name} was trained on ${dataset.name}, which could not be opened: ${library.getState().failure ?? 'something else was opened in the meantime'}`)
}

/** Brings the freshly loaded engine to where the events end. Resolves with whether the best checkpoint was still there. */
export async function restore(policy: PolicyService, store: Pick<KeptRuns, 'checkpoint'>, record: RunRecord, events: readonly RunEvent[]): Promise<boolean> {
  const point = resumePoint(events)
  if (point === undefined) throw new Error(`run ${record.name} has no checkpoint to go on from; start it again with the same settings`)
  const kept = ({ stage, step }: CheckpointPlace): boolean => record.checkpoints.some((one) => one.stage === stage && one.step === step)
  const bytesOf = ({ stage, step }: CheckpointPlace): Promise<ArrayBuffer> => store.checkpoint(record.id, stage, step)
  const best = point.best !== undefined && kept(point.best) ? point.best : undefined
  await restoreEngine(policy, {
    at: await bytesOf(point.at), ...(point.start && { start: await bytesOf(point.start) }), ...(best && { best: await bytesOf(best) }),
  })
  return point.best === undefined || best !== undefined
}
