// A run as one generator of events: the loop that the rest of the project serves. To pause a run is not to pull its next event.
import { settingsRecord } from '../domain/config.ts'
import { planBatch } from '../domain/order.ts'
import { taskOf } from '../domain/tasks/tasks.ts'
import type { GrpoStep, RunEvent, StageName } from './events.ts'
import { goOn, takeSettings } from './goOn.ts'
import { beginStage, keepStep, measureAfter, measureBefore, measurePrompted, stopStage, validate } from './measure.ts'
import type { Ports } from './ports.ts'
import { prepare } from './prepare.ts'
import { advantagesOf, describeRollout, inGroups, scoreRollouts } from './score.ts'
import { openRun, type Place, type Run, type RunInput } from './run.ts'
import { supervise } from './sft.ts'
import { describeStep } from './summary.ts'
import { generation, samplingOf } from './tasks.ts'

/** Updates in a row that may come to nothing, or have nothing to learn from, before a stage gives up. */
const MOST_IDLE = 3

/**
 * Runs the settings' stages and measures the last of them before and after. Everything in the events but fields named `ms` or `…Ms`
 * follows from the input and the ports' answers. Errors of the ports and unusable datasets end the generator with that error.
 */
export async function* train(ports: Ports, input: RunInput): AsyncGenerator<RunEvent, void, void> {
  const run = openRun(ports, input)
  const from = input.resume === undefined ? undefined : await goOn(run, input, input.resume)
  const { dataset: { name, hash, productCount }, settings, policy, loaded, versions } = input
  const { training, validation, test } = run.tasks
  const counts = { products: productCount, train: training.length, validation: validation.length, test: test.length }
  const { name: task, version } = taskOf(settings)
  const record = {
    settings: settingsRecord(settings), policy, ...(loaded && { loaded }), dataset: { name, hash, ...counts }, recommender: ports.recommender.name,
    task: { name: task, version }, versions,
  }
  if (from === undefined) yield { type: 'start', ...record }
  else yield* takeSettings(run, from)
  // training had ended: what is left is to measure it
  const isMeasured = from?.name === 'last' && !from.forked
  if (settings.stages === 'prompt') {
    yield* measureAfter(run, true, yield* measureBefore(run))
    return
  }
  const stages = settings.stages.split(',') as StageName[]
  if (from === undefined && stages.length > 1) yield* measurePrompted(run)
  for (const stage of stages.slice(from === undefined ? 0 : stages.indexOf(from.stage))) {
    const within = stage === from?.stage ? from : undefined
    if (stage === stages.at(-1) && within === undefined) yield* measureBefore(run)
    if (isMeasured) continue
    yield* stage === 'sft' ? supervise(run, within) : reinforce(run, within)
  }
  yield* measureAfter(run, isMeasured)
}

/** Linear warm-up, then constant or a linear fall that would reach zero one step after the last. */
function learningRateAt({ learningRate, warmupSteps, schedule, steps }: Run['settings'], step: number): number {
  return learningRate * Math.min(1, step / Math.max(1, warmupSteps)) * (schedule === 'linear' ? (steps + 1 - step) / steps : 1)
}

/** The heart: sample, rank, reward, compare within the group, update. */
async function* reinforce(run: Run, from?: Place): AsyncGenerator<RunEvent> {
  const { ports: { policy, recommender, now }, settings, tasks, history, alarms } = run
  const { seed, groupSize, iterations, steps } = settings
  if (from === undefined) yield { type: 'stage', stage: 'grpo', steps }
  yield* beginStage(run, 'grpo', from, steps)
  for (let step = (from?.step ?? 0) + 1; step <= steps && !run.stopped && !isIdle(run); step++) {
    if (run.ended()) {
      yield* stopStage(run, 'grpo', step - 1)
      break
    }
    const startMs = now()

    const batch = planBatch(tasks.training, settings.promptsPerStep, step - 1, seed)
    await prepare(run.ports, settings, batch)
    const generated = await policy.generate(generation(batch, { groupSize, sampling: samplingOf(settings), seed, step, version: 'current' }))
    const rollouts = inGroups(generated, batch.length, groupSize)
    const generatedMs = now()

    const scored = await scoreRollouts(recommender, settings, batch, rollouts, run.rewarding)
    const advantages = advantagesOf(scored, settings)
    // when nothing could be ranked there is nothing to step towards, and broken formats alone teach no search: the update only measures
    const away = scored.some(({ failed }) => failed !== undefined) && !scored.some(({ request, failed }) => request.kind === 'query' && failed === undefined)
    const learningRate = away ? 0 : learningRateAt(settings, step)
    const rankedMs = now()

    const sequences = rollouts.map(({ promptIds, ids, logps }, i) => ({ promptIds, ids, oldLogps: logps, advantage: advantages.values[i]! }))
    const report = await policy.update({ sequences, objective: run.objective, optimiser: run.optimiser(learningRate), iterations })
    const endMs = now()

    const times = { generateMs: generatedMs - startMs, rankMs: rankedMs - generatedMs, updateMs: endMs - rankedMs, ms: endMs - startMs }
    const done = describeStep(step, scored, advantages.zeroSpread, report, learningRate, times)
    history.push(done)
    yield { type: 'rollouts', step, rollouts: scored.map((one, i) => describeRollout(one, advantages.values[i]!)) }
    yield { type: 'step', stage: 'grpo', ...done }
    for (const message of alarms.push(done)) yield { type: 'alarm', step, message }

    const why = isAway(done) ? 'had no ranking to learn from' : 'were not finite'
    if (isIdle(run)) yield { type: 'alarm', step, message: `training ends: ${MOST_IDLE} updates in a row ${why}` }
    if (settings.validationEvery > 0 && (step % settings.validationEvery === 0 || step === steps)) yield* validate(run, 'grpo', step)
    yield* keepStep(run, 'grpo', step, steps)
  }
}

/** Whether the latest updates came to nothing, one after another. */
function isIdle({ history, forkedAt }: Run): boolean {
  const latest = history.slice(Math.max(forkedAt, history.length - MOST_IDLE))
  return latest.length === MOST_IDLE && latest.every((step) => step.skipped > 0 || isAway(step))
}

/** Whether none of a step's queries could be ranked: as many failed as were well formed. */
function isAway({ failed, format }: GrpoStep): boolean {
  return failed.rollouts > 0 && failed.share === format
}
