// What a run measures around its last stage: the test queries before and after, and validation in between to choose the checkpoint.
import { mean } from '../domain/metrics.ts'
import { pairedGain, randomisationTest } from '../domain/statistics.ts'
import { PAIRED_SAMPLES } from '../domain/settings.ts'
import { evaluationEvent, measure, type Answers, type Measured } from './evaluate.ts'
import type { Gain, RunEvent } from './events.ts'
import type { Run } from './run.ts'
import { summarise } from './summary.ts'
import type { Task } from './tasks.ts'

/** What can be said of a gain where no query was measured on both sides. */
const UNKNOWN: Gain = { delta: Number.NaN, low: Number.NaN, high: Number.NaN, p: 1 }

/** Ends the current task: resampling tests of one moment are not one long task on a page's thread. */
const nextTask = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve) })

async function timed(run: Run, tasks: readonly Task[], answers: Answers): Promise<{ measured: Measured; ms: number }> {
  const { ports, settings } = run
  const start = ports.now()
  const measured = await measure(ports, settings, tasks, answers)
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

/** Fixes the reference and tests what the stage starts from: the unchanged query, and the policy as it is. */
export async function* measureBefore(run: Run): AsyncGenerator<RunEvent> {
  const { ports, settings, tasks } = run
  await ports.policy.fixReference()
  const original = await timed(run, tasks.test, { by: 'original' })
  run.original = original.measured
  const { outputs, of, reason } = original.measured.failed
  if (outputs === of) throw new Error(`none of ${of} test queries could be ranked, so there is nothing to train against: ${reason}`)
  yield evaluationEvent(original.measured, { split: 'test', policy: 'original', step: 0, ms: original.ms }, settings.seed)
  yield* failuresOf(original.measured, 'the test queries', 0)
  const before = await timed(run, tasks.test, { by: 'greedy', version: 'current' })
  run.before = before.measured
  yield evaluationEvent(before.measured, { split: 'test', policy: 'before', step: 0, ms: before.ms }, settings.seed)
  yield* failuresOf(before.measured, 'the starting policy’s test', 0)
}

/** Validates the policy after `step` updates, and keeps it where its mean reward is the highest so far (the earlier of equals). */
export async function* validate(run: Run, step: number): AsyncGenerator<RunEvent> {
  const { ports: { policy }, settings, tasks } = run
  if (settings.validationEvery === 0 || tasks.validation.length === 0) return
  const { measured, ms } = await timed(run, tasks.validation, { by: 'greedy', version: 'current' })
  run.validations++
  yield evaluationEvent(measured, { split: 'validation', policy: 'current', step, ms }, settings.seed)
  yield* failuresOf(measured, 'the validation', step)
  if (Number.isNaN(measured.reward)) return
  if (run.best !== undefined && !(measured.reward > run.best.reward)) return
  const above = run.best === undefined ? 'the first' : `above ${run.best.reward.toFixed(4)} at step ${run.best.step}`
  await policy.keep('best')
  run.best = { step, reward: measured.reward }
  yield { type: 'checkpoint', name: 'best', stage: 'grpo', step, reason: `validation reward ${measured.reward.toFixed(4)}, ${above}` }
}

/** Brings back the best checkpoint, and tests it; ends with the summary. */
export async function* measureAfter(run: Run): AsyncGenerator<RunEvent> {
  const { ports, settings, tasks, best } = run
  const last = run.history.at(-1)?.step ?? (settings.stages === 'sft' ? settings.sftSteps : 0)
  await ports.policy.keep('last')
  yield { type: 'checkpoint', name: 'last', stage: settings.stages === 'sft' ? 'sft' : 'grpo', step: last, reason: 'the end of training' }
  if (best !== undefined && best.step !== last) await ports.policy.restore('best')
  const chosen = best === undefined
    ? { step: last, reason: 'the last step: there was no validation to choose by' }
    : { step: best.step, reason: `highest validation reward of ${run.validations}: ${best.reward.toFixed(4)}` }

  const after = await timed(run, tasks.test, { by: 'greedy', version: 'current' })
  yield evaluationEvent(after.measured, { split: 'test', policy: 'after', step: chosen.step, ms: after.ms }, settings.seed)
  yield* failuresOf(after.measured, 'the trained policy’s test', last)

  const start = ports.now()
  const sampled = { by: 'samples', samples: PAIRED_SAMPLES } as const
  const was = await measure(ports, settings, tasks.paired, { ...sampled, version: 'reference' })
  const is = await measure(ports, settings, tasks.paired, { ...sampled, version: 'current' })
  yield* failuresOf(was, 'the training queries before', last)
  yield* failuresOf(is, 'the training queries after', last)
  const { one: now, other: then } = inBoth(is.perQuery['ndcg@100'], was.perQuery['ndcg@100'])
  const p = randomisationTest(now, then, settings.seed)
  const paired = now.length === 0 ? { before: Number.NaN, after: Number.NaN, p } : { before: mean(then), after: mean(now), p }
  yield { type: 'paired', ...paired, ms: ports.now() - start }

  const { original, before } = run as { readonly original: Measured; readonly before: Measured }
  const gainOn = async (against: Measured): Promise<Gain> => {
    await nextTask()
    const { one, other } = inBoth(after.measured.perQuery['ndcg@10'], against.perQuery['ndcg@10'])
    return one.length === 0 ? UNKNOWN : pairedGain(one, other, settings.seed)
  }
  const test = { original: original.metrics, before: before.metrics, after: after.measured.metrics }
  const gain = { before: await gainOn(before), original: await gainOn(original) }
  const summary = summarise(run.history, last, { test, gain, paired, best: chosen })
  yield { type: 'done', summary, ms: ports.now() - run.startMs }
}
