// What a run goes on from: which checkpoints its driver restores, in which order, and which settings may change at a fork.
import { SETTINGS, type SettingName, type Settings } from '../domain/settings.ts'
import type { PolicyService } from '../protocol/policy.ts'
import type { CheckpointEvent, RunEvent, StageName } from './events.ts'

/** Names a checkpoint in the store of runs. */
export interface CheckpointPlace {
  readonly stage: StageName
  readonly step: number
}

/** The checkpoints whose bytes a continuation needs; they may be one and the same. */
export interface ResumePoint {
  /** where training goes on */
  readonly at: CheckpointPlace & { readonly name: CheckpointEvent['name'] }
  /** the weights that the KL is measured from; none before the last stage has begun */
  readonly start: CheckpointPlace | undefined
  /** the best so far; none before the first validation */
  readonly best: CheckpointPlace | undefined
}

/** The point that a run's events lead to: its last checkpoint. Undefined where it has none, so that only its beginning remains. */
export function resumePoint(events: readonly RunEvent[]): ResumePoint | undefined {
  let at: ResumePoint['at'] | undefined
  let start: CheckpointPlace | undefined
  let best: CheckpointPlace | undefined
  let last: string | undefined
  for (const event of events) {
    if (event.type === 'start') last = String(event.settings['stages']).split(',').at(-1)
    // a stage chooses its best among its own validations
    if (event.type === 'stage') best = undefined
    if (event.type === 'settings' && changesReward(Object.keys(event.changed))) best = undefined
    if (event.type !== 'checkpoint') continue
    const { name, stage, step } = event
    at = { name, stage, step }
    if (name === 'start' && stage === last) start = { stage, step }
    if (name === 'best') best = { stage, step }
  }
  return at && { at, start, best }
}

/** Bytes of `PolicyService.checkpoint()` by their use; `start` and `best` where the resume point names them. */
export interface ResumeBytes {
  readonly at: ArrayBuffer
  readonly start?: ArrayBuffer
  readonly best?: ArrayBuffer
}

/**
 * Brings a freshly loaded policy to where `at` left it: the reference is the stage's start, `best` stands under its name, weights, moments and the
 * count of updates are those of `at`, bit for bit. The policy must be loaded with the settings of the run. Then call `train` with `resume`.
 */
export async function restoreEngine(policy: Pick<PolicyService, 'resume' | 'fixReference' | 'keep'>, { at, start, best }: ResumeBytes): Promise<void> {
  if (start !== undefined) {
    await policy.resume(start)
    await policy.fixReference()
  }
  if (best !== undefined) {
    await policy.resume(best)
    await policy.keep('best')
  }
  await policy.resume(at)
}

type Recorded = Readonly<Record<string, string | number | boolean>>

/** The settings that a run's latest events follow: those of its start, and what changed since. Undefined without a `start`. */
export function settingsInForce(events: readonly RunEvent[]): Recorded | undefined {
  let settings: Recorded | undefined
  for (const event of events) {
    if (event.type === 'start') settings = event.settings
    if (event.type === 'settings') settings = { ...settings, ...event.changed }
  }
  return settings
}

const SHAPE = 'the checkpoint’s weights are of the former'
const OTHER_TASK = 'the checkpoint learned to answer the former'
const HELD_OUT = 'queries that were trained on could come to be measured on'

/** What cannot change within a run, and why. */
const FIXED: Partial<Record<SettingName, string>> = {
  policy: SHAPE, trainable: SHAPE, loraRank: SHAPE, loraAlpha: SHAPE, loraTargets: SHAPE,
  baseWeights: 'the checkpoint was trained beside the former',
  stages: 'the checkpoint stands within the former',
  seed: HELD_OUT, validationShare: HELD_OUT, testDepartments: HELD_OUT,
  historySplit: HELD_OUT, historySetting: HELD_OUT, strongFrom: HELD_OUT,
  task: OTHER_TASK, augment: OTHER_TASK, candidates: OTHER_TASK, candidateCount: OTHER_TASK,
}
/** What is imitated was settled before the sft stage's first step. */
const OF_SFT: ReadonlySet<string> = new Set(['sftFrom', 'sftExamples', 'rejectionSamples', 'rejectionFrom'])
const OF_ADAPTERS: ReadonlySet<string> = new Set(['loraRank', 'loraAlpha', 'loraTargets', 'baseWeights'])

/**
 * Why a run whose settings were `before` cannot go on with `after`, one sentence for each setting; none where it can. `at`: the checkpoint, which
 * stages must not end before.
 */
export function forkFaults(before: Recorded, after: Settings, at?: CheckpointPlace): string[] {
  const faults = changedNames(before, after).flatMap((name) => {
    const why = at?.stage === 'sft' && OF_SFT.has(name) ? 'the checkpoint stands within an sft stage that imitates the former' : FIXED[name]
    if (why === undefined || (OF_ADAPTERS.has(name) && before['trainable'] === 'full' && after.trainable === 'full')) return []
    return `setting ${name} was ${JSON.stringify(before[name])} and would be ${JSON.stringify(after[name])}, but ${why}; keep ${JSON.stringify(before[name])}, or start a new run`
  })
  const name = at?.stage === 'sft' ? 'sftSteps' : 'steps'
  if (at !== undefined && after[name] < at.step) faults.push(`setting ${name} is ${after[name]}, but the checkpoint stands after step ${at.step}; give at least ${at.step}`)
  return faults
}

/** Settings whose values differ, in the table's order. One that `before` does not know is none: it came with a later version. */
export function changedNames(before: Recorded, after: Settings): SettingName[] {
  return SETTINGS.map(({ name }) => name).filter((name) => before[name] !== undefined && before[name] !== after[name])
}

const namesOf = (...groups: readonly string[]): SettingName[] => SETTINGS.filter(({ group }) => groups.includes(group)).map(({ name }) => name)

/** How a server is asked changes no ranking. */
const ASKING: ReadonlySet<string> = new Set(['httpConcurrency', 'httpTimeout', 'httpRetries'])
/** What the tests measure follows from these: with others, what was tested before is tested again. */
const MEASURE: ReadonlySet<string> = new Set([...namesOf('recommender', 'task').filter((name) => !ASKING.has(name) && name !== 'thoughtBudget'), 'maxNewTokens', 'evaluationQueries'])
/** What the validation reward measures follows from these too: with others, earlier rewards cannot be compared. */
const REWARD: ReadonlySet<string> = new Set([...MEASURE, ...namesOf('reward'), 'evalK', 'thoughtBudget'])

export const changesMeasure = (names: readonly string[]): boolean => names.some((name) => MEASURE.has(name))
export const changesReward = (names: readonly string[]): boolean => names.some((name) => REWARD.has(name))
