// The sft stage: imitate given outputs. Without any, the policy learns the format by copying training queries.
import { planBatch } from '../domain/order.ts'
import { renderCompletion, renderPrompt } from '../domain/prompt.ts'
import { Stream } from '../domain/random.ts'
import type { RunEvent } from './events.ts'
import { keepStep } from './measure.ts'
import type { Place, Run, SftPair } from './run.ts'

/** Thoughts where a pair has none: as short as those that trained policies fall back to. */
const THOUGHTS = ['find it', 'keep the words', 'name the product', 'search for this', 'what they want'] as const

export async function* supervise(run: Run, from?: Place): AsyncGenerator<RunEvent> {
  const { ports: { policy, now }, settings, tasks, optimiser } = run
  const pairs = run.sftPairs ?? tasks.training.map(({ query: { text } }): SftPair => ({ query: text, rewrite: text }))
  if (pairs.length === 0) throw new Error('sft: 0 texts to imitate; give pairs, or leave sft out of stages')
  if (from === undefined) {
    yield { type: 'stage', stage: 'sft', steps: settings.sftSteps }
    yield { type: 'checkpoint', name: 'start', stage: 'sft', step: 0, reason: 'the start of sft' }
  }
  for (let step = (from?.step ?? 0) + 1; step <= settings.sftSteps && !run.stopped; step++) {
    if (run.ended()) {
      run.stopped = true
      yield { type: 'stopped', step: step - 1 }
      break
    }
    const start = now()
    const batch = planBatch(pairs, settings.sftBatch, step - 1, settings.seed, 'sft order')
    const chance = new Stream(settings.seed, 'sft thoughts', step)
    const thoughts = batch.map(({ thought }) => thought ?? chance.pick(THOUGHTS))
    const prompts = await policy.encode(batch.map(({ query }) => renderPrompt(query, settings).text))
    const completions = await policy.encode(batch.map(({ rewrite }, i) => renderCompletion(thoughts[i]!, rewrite, settings.thinking)))
    const sequences = prompts.map((promptIds, i) => ({ promptIds, ids: completions[i]! }))
    const left = (settings.sftSteps - step + 1) / settings.sftSteps
    const learningRate = settings.sftLearningRate * left * Math.min(1, step / Math.max(1, settings.warmupSteps))
    const { loss, gradNorm, tokens } = await policy.supervise({ sequences, fullText: settings.sftFullText, optimiser: optimiser(learningRate) })
    const message = `the sft loss is ${loss}; lower sftLearningRate (now ${settings.sftLearningRate})`
    if (!Number.isFinite(loss) && Number.isFinite(run.sftLoss)) yield { type: 'alarm', step, message }
    run.sftLoss = loss
    yield { type: 'step', stage: 'sft', step, loss, gradNorm, tokens, learningRate, ms: now() - start }
    run.supervised = step
    yield* keepStep(run, 'sft', step, settings.stages === 'sft' ? settings.sftSteps : Infinity)
  }
}
