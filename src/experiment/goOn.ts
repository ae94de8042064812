// A run's memory, made again from its events, so that what follows is what would have followed.
import type { Settings } from '../domain/settings.ts'
import { taskOf } from '../domain/tasks/tasks.ts'
import { measuredFrom } from './evaluate.ts'
import type { AnswersEvent, EvaluationEvent, RunEvent, StageName, StartEvent } from './events.ts'
import { leaveStage, measureStart } from './measure.ts'
import { nextTask } from './nextTask.ts'
import { changedNames, changesMeasure, changesReward, forkFaults } from './resume.ts'
import type { Place, Run, RunInput, Tested } from './run.ts'

/** Where a run goes on. */
export interface Continued extends Place {
  /** whether this is a new run's beginning: by a fork, or by other settings */
  readonly forked: boolean
  /** the settings that are other than before */
  readonly changed: Readonly<Record<string, string | number | boolean>>
}

/** Events that are taken in one task: a run of ten thousand steps is not one long task on a page's thread. */
const EVENTS_A_TASK = 250

/** Brings `run` to where its events end. Rejects, with what to do, where they and the input do not belong together. */
export async function goOn(run: Run, { dataset, settings, policy, bestKept = true }: RunInput, events: readonly RunEvent[]): Promise<Continued> {
  let inForce: Readonly<Record<string, string | number | boolean>> | undefined
  let place: Place | undefined
  let forked = false
  let beyond: string | undefined
  let validation: EvaluationEvent | undefined
  let stage: StageName | undefined
  let read = 0
  const tests = new Map<string, EvaluationEvent>()
  const answers = new Map<string, AnswersEvent>()
  for (const given of events) {
    if (given.type === 'rollouts') continue
    if (given.type === 'answers') {
      if (given.split === 'test') answers.set(given.policy, given)
      continue
    }
    const event = given.type === 'step' || given.type === 'evaluation' ? withNaN(given) : given
    if (++read % EVENTS_A_TASK === 0) await nextTask()
    if ('ms' in event) run.startMs -= event.ms ?? 0
    beyond = event.type
    switch (event.type) {
      case 'start':
        inForce = event.settings
        if (event.dataset.hash !== dataset.hash) throw new Error(`this run is on ${event.dataset.name} (${short(event.dataset.hash)}), but ${dataset.name} (${short(dataset.hash)}) is open; open the former to go on`)
        if (event.policy.trainableParameters !== policy.trainableParameters) {
          throw new Error(`this run trains ${event.policy.trainableParameters} parameters, but the policy that is loaded has ${policy.trainableParameters}; load the policy that it was made with`)
        }
        checkTask(event, settings)
        break
      case 'settings':
        inForce = { ...inForce, ...event.changed }
        turn(run, Object.keys(event.changed))
        break
      case 'stage':
        stage = event.stage
        leaveStage(run)
        break
      case 'imitations':
        run.recorded[event.use].push(...event.imitations)
        break
      case 'step':
        if (event.stage === 'sft') {
          run.supervised = event.step
          run.sftLoss = event.loss
        } else {
          run.history.push(event)
          run.alarms.push(event)
        }
        break
      case 'evaluation':
        if (event.split === 'test') tests.set(event.policy, event)
        else {
          validation = event
          run.validations++
          run.validatedAt = event.step
          if (stage === 'grpo') run.alarms.validated(event)
        }
        break
      case 'checkpoint':
        place = event
        forked = false
        beyond = undefined
        if (event.name === 'best') run.best = { step: event.step, reward: validation?.reward ?? Number.NaN }
        break
      case 'fork':
        forked = true
        beyond = undefined
        turn(run, [])
        break
      case 'stopped':
        run.stopped = true
        break
      case 'imitated': case 'paired': case 'alarm': case 'done':
        break
    }
  }
  if (inForce === undefined || place === undefined) throw new Error('these events hold no start, or no checkpoint, to go on from; start the run anew')
  if (beyond !== undefined) throw new Error(`a ${beyond} event follows the last checkpoint, after step ${place.step}; cut the events there before going on`)
  const faults = forkFaults(inForce, settings, place)
  if (faults.length > 0) throw new Error(`this run cannot go on so: ${faults.join('; ')}`)
  const reached = place.stage === 'sft' ? run.supervised : run.history.at(-1)?.step ?? 0
  if (reached !== place.step) throw new Error(`the checkpoint stands after step ${place.step}, but the events end with step ${reached}; the run's record is damaged, go on from another checkpoint`)
  if (!bestKept) run.best = undefined

  if (settings.stages.endsWith(place.stage)) {
    run.original = tested(tests.get('original'), answers.get('original'))
    run.before = tested(tests.get('before'), answers.get('before'))
  }
  // records of before the prompted policy was tested have none
  if (tests.has('prompted')) run.prompted = tested(tests.get('prompted'), answers.get('prompted'))
  const names = changedNames(inForce, settings)
  if (names.length > 0) turn(run, names)
  const { step, name } = place
  return { stage: place.stage, step, name, forked: forked || names.length > 0, changed: Object.fromEntries(names.map((one) => [one, settings[one]])) }
}

/** Tells which settings changed, and tests again what they make incomparable. */
export async function* takeSettings(run: Run, { step, changed }: Continued): AsyncGenerator<RunEvent> {
  if (Object.keys(changed).length === 0) return
  yield { type: 'settings', step, changed }
  if (changesMeasure(Object.keys(changed)) && run.before !== undefined) yield* measureStart(run, 'reference')
}

/** Throws where the record's prompts are not those that would be made now. Records of before tasks were told are of product search. */
function checkTask({ task }: StartEvent, settings: Settings): void {
  const { name, version } = taskOf(settings)
  if (task === undefined || task.name !== name || task.version === version) return
  throw new Error(`this run's prompts are version ${task.version} of task ${name}, and this page writes version ${version}; open the page of the former to go on, or start a new run`)
}

/** From here on the run is another: its troubles begin anew, and so does the choice of the best where rewards are now other. */
function turn(run: Run, names: readonly string[]): void {
  run.stopped = false
  run.forkedAt = run.history.length
  run.alarms.forget()
  // its weights are gone, so it cannot be tested again
  if (changesMeasure(names)) run.prompted = undefined
  if (!changesReward(names)) return
  run.best = undefined
  run.validations = 0
}

function tested(evaluation: EvaluationEvent | undefined, answers: AnswersEvent | undefined): Tested {
  if (evaluation === undefined || answers === undefined) {
    throw new Error('the record lacks the tests before training, or the answers behind them, so that nothing could be compared with them; start the run anew')
  }
  const { metrics, perQuery } = measuredFrom(evaluation, answers)
  return { metrics, perQuery }
}

const short = (hash: string): string => hash.slice(0, 8)

/** A number that is not finite is written as null: what is read is NaN again. */
function withNaN<Value extends object>(value: Value): Value {
  return hasNull(value) ? JSON.parse(JSON.stringify(value), (_, part: unknown) => (part === null ? Number.NaN : part)) as Value : value
}

function hasNull(value: object): boolean {
  for (const part of Object.values(value)) if (part === null || (typeof part === 'object' && hasNull(part as object))) return true
  return false
}
