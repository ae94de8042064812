// What a run measures around its last stage: the test queries before and after, and validation in between to choose the checkpoint.
import { mean } from '../domain/metrics.ts'
import { pairedGain, randomisationTest } from '../domain/statistics.ts'
import { PAIRED_SAMPLES } from '../domain/settings.ts'
import type { PolicyVersion } from '../protocol/policy.ts'
import { answersEvent, evaluationEvent, measure, type Answers, type Measured } from './evaluate.ts'
import type { EvaluationEvent, Gain, RunEvent, StageName, Summary } from './events.ts'
import { nextTask } from './nextTask.ts'
import type { Place, Run, Tested } from './run.ts'
import { summarise } from './summary.ts'
import type { Task } from './tasks.ts'

/** What can be said of a gain where no query was measured on both sides. */
const UNKNOWN: Gain = { delta: Number.NaN, low: Number.NaN, high: Number.NaN, p: 1 }

interface Timed {
  readonly measured: Measured
  readonly ms: number
}

async function timed(run: Run, tasks: readonly Task[], answers: Answers): Promise<Timed> {
  const { ports, settings } = run
  const start = ports.now()
  const measured = await measure(ports, settings, tasks, answers, run.rewarding)
  const ms = ports.now() - start
  await nextTask()
  return { measured, ms }
}

/** Says which rankings of an evaluation failed. */
function* failuresOf({ failed: { outputs, of, reason } }: Measured, what: string, step: number): Generator<RunEvent> {
  if (outputs === 0) return
  yield { type: 'alarm', step, message: `${outputs} of ${of} rankings of ${what} failed and are left out of its means: ${reason}` }
}

/** The queries that both sides have a value for, in order. */
function inBoth(one: readonly number[], other: readonly number[]): { readonly one: readonly number[]; readonly other: readonly number[] } {
  const places = [...one.keys()].filter((at) => !Number.isNaN(one[at]) && !Number.isNaN(other[at]))
  return { one: places.map((at) => one[at]!), other: places.map((at) => other[at]!) }
}

/** What an evaluation tells: its means, the answers behind them, and the rankings that failed. Returns the first of these. */
function* told(run: Run, { measured, ms }: Timed, where: Pick<EvaluationEvent, 'split' | 'policy' | 'stage' | 'step' | 'loss'>, what: string, step = where.step): Generator<RunEvent, EvaluationEvent> {
  const event = evaluationEvent(measured, { ...where, ms }, run.settings.seed)
  yield event
  yield answersEvent(measured, where)
  yield* failuresOf(measured, what, step)
  return event
}

/** Tests the policy as it is before the first of several stages. */
export async function* measurePrompted(run: Run): AsyncGenerator<RunEvent> {
  const prompted = await timed(run, run.tasks.test, { by: 'greedy', version: 'current' })
  run.prompted = testedOf(prompted.measured)
  yield* told(run, prompted, { split: 'test', policy: 'prompted', step: 0 }, 'the prompted policy’s test')
}

/** Fixes the reference, and tests what the last stage starts from. Returns that test. */
export async function* measureBefore(run: Run): AsyncGenerator<RunEvent, Measured> {
  await run.ports.policy.fixReference()
  return yield* measureStart(run, 'current')
}

/** Tests the unchanged query, and the policy that the last stage starts from: `current` as it begins, the `reference` ever after. */
export async function* measureStart(run: Run, version: PolicyVersion): AsyncGenerator<RunEvent, Measured> {
  const { test } = run.tasks
  const original = await timed(run, test, { by: 'original' })
  run.original = testedOf(original.measured)
  const { outputs, of, reason } = original.measured.failed
  if (outputs === of) throw new Error(`none of ${of} test queries could be ranked, so there is nothing to train against: ${reason}`)
  yield* told(run, original, { split: 'test', policy: 'original', step: 0 }, 'the test queries')
  const before = await timed(run, test, { by: 'greedy', version })
  run.before = testedOf(before.measured)
  yield* told(run, before, { split: 'test', policy: 'before', step: 0 }, 'the starting policy’s test')
  return before.measured
}

const testedOf = ({ metrics, perQuery }: Measured): Tested => ({ metrics, perQuery })

/** What the policy worker holds after `step` updates, where that is to be kept for a run that stops: the last step's is kept anyway. */
export function* keepStep({ settings }: Run, stage: StageName, step: number, steps: number): Generator<RunEvent> {
  if (settings.checkpointEvery === 0 || step % settings.checkpointEvery !== 0 || step === 0 || step >= steps) return
  yield { type: 'checkpoint', name: 'step', stage, step, reason: `every ${settings.checkpointEvery} steps` }
}

/** The loss of imitations that are held out, where a stage has any. */
type HeldOut = () => Promise<number | undefined>
const NONE: HeldOut = () => Promise.resolve(undefined)

const STARTS = { sft: 'the start of sft', grpo: 'the start of grpo, which the KL is measured from' } as const

/** What comes before a stage's next step: at its beginning its record; within it, what the checkpoint that the run goes on from stood before. */
export async function* beginStage(run: Run, stage: StageName, from: Place | undefined, steps: number, heldOut = NONE): AsyncGenerator<RunEvent> {
  if (from === undefined) {
    yield { type: 'checkpoint', name: 'start', stage, step: 0, reason: STARTS[stage] }
    leaveStage(run)
  }
  if (from === undefined || from.name === 'start') yield* validate(run, stage, 0, heldOut)
  if (from?.name === 'best' && !run.stopped) yield* keepStep(run, stage, from.step, steps)
}

/** A stage chooses its best among its own validations. */
export function leaveStage(run: Run): void {
  run.best = undefined
  run.validations = 0
  run.validatedAt = undefined
}

/** Ends training at a person's word; what was reached may be the best. */
export async function* stopStage(run: Run, stage: StageName, step: number, heldOut = NONE): AsyncGenerator<RunEvent> {
  run.stopped = true
  yield { type: 'stopped', step }
  if (run.validatedAt !== step) yield* validate(run, stage, step, heldOut)
}

/** Validates the policy after `step` updates, and keeps it where its mean reward is the highest so far (the earlier of equals). */
export async function* validate(run: Run, stage: StageName, step: number, heldOut = NONE): AsyncGenerator<RunEvent> {
  const { ports: { policy, now }, settings, tasks } = run
  if (settings.validationEvery === 0 || tasks.validation.length === 0) return
  const start = now()
  const { measured } = await timed(run, tasks.validation, { by: 'greedy', version: 'current' })
  const loss = await heldOut()
  run.validations++
  run.validatedAt = step
  const where = { split: 'validation', policy: 'current', ...(stage === 'sft' && settings.stages !== 'sft' ? { stage } : {}), step, ...(loss === undefined ? {} : { loss }) } as const
  const event = yield* told(run, { measured, ms: now() - start }, where, 'the validation')
  if (stage === 'grpo') for (const message of run.alarms.validated(event)) yield { type: 'alarm', step, message }
  if (Number.isNaN(measured.reward)) return
  if (run.best !== undefined && !(measured.reward > run.best.reward)) return
  const above = run.best === undefined ? 'the first' : `above ${run.best.reward.toFixed(4)} at step ${run.best.step}`
  await policy.keep('best')
  run.best = { step, reward: measured.reward }
  yield { type: 'checkpoint', name: 'best', stage, step, reason: `validation reward ${measured.reward.toFixed(4)}, ${above}` }
}

/** Where nothing was trained, the policy as it is has been tested already. */
const UNTRAINED = { step: 0, reason: 'nothing was trained: this is the policy as it was loaded' } as const

/** Brings back the best checkpoint, and tests it; ends with the summary. `untrained`: the test of a policy that only was prompted. */
export async function* measureAfter(run: Run, isKept: boolean, untrained?: Measured): AsyncGenerator<RunEvent> {
  const { ports, settings, tasks } = run
  const { last, chosen } = untrained === undefined ? yield* settle(run, isKept) : { last: 0, chosen: UNTRAINED }
  const after = untrained === undefined ? await timed(run, tasks.test, { by: 'greedy', version: 'current' }) : { measured: untrained, ms: 0 }
  yield* told(run, after, { split: 'test', policy: 'after', step: chosen.step }, 'the trained policy’s test', last)

  const start = ports.now()
  const sampled = { by: 'samples', samples: PAIRED_SAMPLES } as const
  const was = await measure(ports, settings, tasks.paired, { ...sampled, version: 'reference' }, run.rewarding)
  const is = untrained === undefined ? await measure(ports, settings, tasks.paired, { ...sampled, version: 'current' }, run.rewarding) : was
  yield* failuresOf(was, 'the training queries before', last)
  if (is !== was) yield* failuresOf(is, 'the training queries after', last)
  const { one: now, other: then } = inBoth(is.perQuery['ndcg@100'], was.perQuery['ndcg@100'])
  const p = randomisationTest(now, then, settings.seed)
  const paired = now.length === 0 ? { before: Number.NaN, after: Number.NaN, p } : { before: mean(then), after: mean(now), p }
  yield { type: 'paired', ...paired, ms: ports.now() - start }

  const { original, before, prompted } = run as Run & { readonly original: Tested; readonly before: Tested }
  const gainOn = async (against: Tested): Promise<Gain> => {
    await nextTask()
    const { one, other } = inBoth(after.measured.perQuery['ndcg@10'], against.perQuery['ndcg@10'])
    return one.length === 0 ? UNKNOWN : pairedGain(one, other, settings.seed)
  }
  const test = { original: original.metrics, ...(prompted && { prompted: prompted.metrics }), before: before.metrics, after: after.measured.metrics }
  const gain = { before: await gainOn(before), original: await gainOn(original), ...(prompted && { prompted: await gainOn(prompted) }) }
  const summary = summarise(run.history, last, { test, gain, paired, best: chosen })
  yield { type: 'done', summary, ms: ports.now() - run.startMs }
}

/** Keeps the last step's policy, and brings back the best. */
async function* settle({ ports: { policy }, settings, history, supervised, validations, stopped, best }: Run, isKept: boolean): AsyncGenerator<RunEvent, {
  readonly last: number
  readonly chosen: Summary['best']
}> {
  const stage = settings.stages === 'sft' ? 'sft' : 'grpo'
  const last = stage === 'sft' ? supervised : history.at(-1)?.step ?? 0
  await policy.keep('last')
  if (!isKept) yield { type: 'checkpoint', name: 'last', stage, step: last, reason: stopped ? 'training was ended here' : 'the end of training' }
  if (best !== undefined && best.step !== last) await policy.restore('best')
  const chosen = best === undefined
    ? { step: last, reason: 'the last step: there was no validation to choose by' }
    : { step: best.step, reason: `highest validation reward of ${validations}: ${best.reward.toFixed(4)}` }
  return { last, chosen }
}
