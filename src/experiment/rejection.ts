// Rejection sampling: the policy's own answers, of which the sft stage imitates those that were rewarded.
import { ended } from '../domain/imitation.ts'
import { mean } from '../domain/metrics.ts'
import { Stream } from '../domain/random.ts'
import type { RecordedImitation, RunEvent, SampledFor } from './events.ts'
import { prepare } from './prepare.ts'
import { told } from './recording.ts'
import type { Run } from './run.ts'
import { inGroups, scoreRollouts } from './score.ts'
import { generation, samplingOf, type Task } from './tasks.ts'

/**
 * Rejection sampling (Yuan et al. 2023; RAFT, Dong et al. 2023): of `rejectionSamples` draws for each row the best is kept where its reward is above
 * `rejectionFrom` and above the mean of its row's. Rows come in an order of the seed's, until `sftExamples` were kept.
 */
export async function* sampled(run: Run): AsyncGenerator<RunEvent> {
  const { settings, tasks, recorded } = run
  const { sftExamples, seed, rejectionFrom, rejectionSamples } = settings
  const order = new Stream(seed, 'rejection order').shuffle(tasks.training)
  const all: SampledFor[] = []
  const most = sftExamples === 0 ? Infinity : sftExamples
  for (const [use, rows] of [['training', order], ['validation', tasks.validation]] as const) {
    // as much at once as a step samples
    const batch = Math.max(1, Math.floor((settings.promptsPerStep * settings.groupSize) / rejectionSamples))
    for (let start = 0; start < rows.length && !(use === 'training' && recorded.training.length >= most) && !run.ended(); start += batch) {
      const { kept, figures } = await drawFor(run, rows.slice(start, start + batch))
      all.push(figures)
      yield* told(run, use, use === 'training' ? kept.slice(0, most - recorded.training.length) : kept, figures)
    }
  }
  const figures = together(all)
  const { length } = recorded.training
  if (length === 0 && !run.ended()) {
    const bar = `none is above rejectionFrom (${rejectionFrom}) and above its row's mean`
    const remedy = `lower rejectionFrom, raise rejectionSamples (${rejectionSamples}) or temperature, or begin with grpo`
    throw new Error(`rejection kept 0 of ${figures.rollouts} outputs for ${figures.rows} rows, whose mean reward is ${figures.reward.toFixed(3)}: ${bar}; ${remedy}`)
  }
  yield { type: 'imitated', from: 'rejection', training: length, validation: recorded.validation.length, sampled: figures }
}

/** Figures of several batches as those of one; the mean reward is over the batches that were ranked. */
function together(all: readonly SampledFor[]): SampledFor {
  const sum = (of: (one: SampledFor) => number, some = all): number => some.reduce((total, one) => total + of(one), 0)
  const ranked = all.filter(({ reward }) => Number.isFinite(reward))
  return {
    rows: sum(({ rows }) => rows), rollouts: sum(({ rollouts }) => rollouts), generatedTokens: sum((one) => one.generatedTokens),
    reward: sum(({ reward, rollouts }) => reward * rollouts, ranked) / sum(({ rollouts }) => rollouts, ranked), ms: sum(({ ms }) => ms),
  }
}

/** Draws for some rows, and what is kept of them. Chance is apart from that of evaluations and training steps. */
async function drawFor({ ports, settings, rewarding }: Run, rows: readonly Task[]): Promise<{ readonly kept: RecordedImitation[]; readonly figures: SampledFor }> {
  const start = ports.now()
  const groupSize = settings.rejectionSamples
  await prepare(ports, settings, rows)
  const seed = new Stream(settings.seed, 'rejection').integer(2 ** 32)
  const generated = await ports.policy.generate(generation(rows, { groupSize, sampling: samplingOf(settings), seed, step: 0, version: 'current' }))
  const rollouts = inGroups(generated, rows.length, groupSize)
  const scored = await scoreRollouts(ports.recommender, settings, rows, rollouts, rewarding)
  const kept = rows.flatMap((task, i): RecordedImitation[] => {
    const own = scored.slice(i * groupSize, (i + 1) * groupSize).flatMap(({ rollout: { text, stop }, reward }) => (
      reward === undefined ? [] : [{ completion: stop === 'token' ? ended(text) : text, reward }]))
    if (own.length === 0) return []
    const best = own.reduce((one, other) => (other.reward > one.reward ? other : one))
    // of one draw alone there is no mean to be above
    const isKept = best.reward > settings.rejectionFrom && (own.length === 1 || best.reward > mean(own.map(({ reward }) => reward)))
    return isKept ? [{ queryId: task.query.id, ...best }] : []
  })
  const rewards = scored.flatMap(({ reward }) => reward ?? [])
  const figures = {
    rows: rows.length, rollouts: rollouts.length, generatedTokens: rollouts.reduce((sum, { ids }) => sum + ids.length, 0),
    reward: rewards.length === 0 ? Number.NaN : mean(rewards), ms: ports.now() - start,
  }
  return { kept, figures }
}
