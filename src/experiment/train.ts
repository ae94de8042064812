// A run as one generator of events: the loop that the rest of the project serves. To pause a run is not to pull its next event.
import { groupAdvantages } from '../domain/advantage.ts'
import { settingsRecord } from '../domain/config.ts'
import { planBatch } from '../domain/order.ts'
import { newAlarms } from './alarms.ts'
import type { RunEvent, StageName } from './events.ts'
import { measureAfter, measureBefore, validate } from './measure.ts'
import type { Ports } from './ports.ts'
import { describeRollout, inGroups, scoreRollouts } from './score.ts'
import { openRun, type Run, type RunInput } from './run.ts'
import { supervise } from './sft.ts'
import { describeStep } from './summary.ts'
import { generation, samplingOf } from './tasks.ts'

/** Updates in a row that may come to nothing, or have nothing to learn from, before a stage gives up. */
const MOST_SKIPPED = 3

/**
 * Runs the settings' stages and measures the last of them before and after. Everything in the events but fields named `ms` or `…Ms`
 * follows from the input and the ports' answers. Errors of the ports and unusable datasets end the generator with that error.
 */
export async function* train(ports: Ports, input: RunInput): AsyncGenerator<RunEvent, void, void> {
  const run = openRun(ports, input)
  const { dataset: { name, hash, productCount }, settings, policy, loaded, versions } = input
  const { training, validation, test } = run.tasks
  const counts = { products: productCount, train: training.length, validation: validation.length, test: test.length }
  const record = { settings: settingsRecord(settings), policy, ...(loaded && { loaded }), dataset: { name, hash, ...counts }, recommender: ports.recommender.name, versions }
  yield { type: 'start', ...record }
  const stages = settings.stages.split(',') as StageName[]
  for (const stage of stages) {
    if (stage === stages.at(-1)) yield* measureBefore(run)
    yield* stage === 'sft' ? supervise(run) : reinforce(run)
  }
  yield* measureAfter(run)
}

/** Linear warm-up, then constant or a linear fall that would reach zero one step after the last. */
function learningRateAt({ learningRate, warmupSteps, schedule, steps }: Run['settings'], step: number): number {
  return learningRate * Math.min(1, step / Math.max(1, warmupSteps)) * (schedule === 'linear' ? (steps + 1 - step) / steps : 1)
}

/** The heart: sample, rank, reward, compare within the group, update. */
async function* reinforce(run: Run): AsyncGenerator<RunEvent> {
  const { ports: { policy, recommender, now }, settings, tasks, history } = run
  const { seed, groupSize, iterations } = settings
  yield { type: 'stage', stage: 'grpo', steps: settings.steps }
  yield* validate(run, 0)
  for (let step = 1, skipped = 0; step <= settings.steps && skipped < MOST_SKIPPED; step++) {
    const startMs = now()

    const batch = planBatch(tasks.training, settings.promptsPerStep, step - 1, seed)
    const generated = await policy.generate(generation(batch, { groupSize, sampling: samplingOf(settings), seed, step, version: 'current' }))
    const rollouts = inGroups(generated, batch.length, groupSize)
    const generatedMs = now()

    const scored = await scoreRollouts(recommender, settings, batch, rollouts)
    const advantages = groupAdvantages(scored.map(({ reward }) => reward), groupSize, settings)
    // when nothing could be ranked there is nothing to step towards, and broken formats alone teach no search: the update only measures
    const away = scored.some(({ failed }) => failed !== undefined) && !scored.some(({ request, failed }) => request.kind === 'query' && failed === undefined)
    const learningRate = away ? 0 : learningRateAt(settings, step)
    const rankedMs = now()

    const sequences = rollouts.map(({ promptIds, ids, logps }, i) => ({ promptIds, ids, oldLogps: logps, advantage: advantages.values[i]! }))
    const report = await policy.update({ sequences, objective: run.objective, optimiser: run.optimiser(learningRate), iterations })
    const endMs = now()

    const times = { generateMs: generatedMs - startMs, rankMs: rankedMs - generatedMs, updateMs: endMs - rankedMs, ms: endMs - startMs }
    history.push(describeStep(step, scored, advantages.zeroSpread, report, learningRate, times))
    yield { type: 'rollouts', step, rollouts: scored.map((one, i) => describeRollout(one, advantages.values[i]!)) }
    yield { type: 'step', stage: 'grpo', ...history.at(-1)! }
    for (const message of newAlarms(history)) yield { type: 'alarm', step, message }

    skipped = report.skipped > 0 || away ? skipped + 1 : 0
    const why = away ? 'had no ranking to learn from' : 'were not finite'
    if (skipped === MOST_SKIPPED) yield { type: 'alarm', step, message: `training ends: ${skipped} updates in a row ${why}` }
    if (settings.validationEvery > 0 && (step % settings.validationEvery === 0 || step === settings.steps)) yield* validate(run, step)
  }
}
