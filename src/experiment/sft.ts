// The sft stage: imitate given outputs. Validated like the next one, so that it keeps its best, and that is what grpo starts from.
import { planBatch } from '../domain/order.ts'
import { Stream } from '../domain/random.ts'
import type { SftSequence } from '../protocol/policy.ts'
import type { RunEvent } from './events.ts'
import { gather, textsOf, type Example } from './imitate.ts'
import { beginStage, keepStep, stopStage, validate } from './measure.ts'
import type { Place, Run } from './run.ts'

export async function* supervise(run: Run, from?: Place): AsyncGenerator<RunEvent> {
  const { ports: { policy, now }, settings, optimiser } = run
  const { sftSteps, sftBatch, sftFullText, seed, validationEvery } = settings
  const isLast = settings.stages === 'sft'
  if (from === undefined) yield { type: 'stage', stage: 'sft', steps: sftSteps }
  const { training, validation } = yield* gather(run, from !== undefined)
  const heldOut = (): Promise<number | undefined> => heldOutLoss(run, validation)
  yield* beginStage(run, 'sft', from, isLast ? sftSteps : Infinity, heldOut)
  for (let step = (from?.step ?? 0) + 1; step <= sftSteps && !run.stopped; step++) {
    if (run.ended()) {
      yield* stopStage(run, 'sft', step - 1, heldOut)
      break
    }
    const start = now()
    const batch = planBatch(training, sftBatch, step - 1, seed, 'sft order')
    const sequences = await encoded(run, batch, new Stream(seed, 'sft thoughts', step))
    const left = (sftSteps - step + 1) / sftSteps
    const learningRate = settings.sftLearningRate * left * Math.min(1, step / Math.max(1, settings.warmupSteps))
    const { loss, gradNorm, tokens } = await policy.supervise({ sequences, fullText: sftFullText, optimiser: optimiser(learningRate) })
    const message = `the sft loss is ${loss}; lower sftLearningRate (now ${settings.sftLearningRate})`
    if (!Number.isFinite(loss) && Number.isFinite(run.sftLoss)) yield { type: 'alarm', step, message }
    run.sftLoss = loss
    yield { type: 'step', stage: 'sft', step, loss, gradNorm, tokens, learningRate, ms: now() - start }
    run.supervised = step
    if (validationEvery > 0 && (step % validationEvery === 0 || step === sftSteps)) yield* validate(run, 'sft', step, heldOut)
    yield* keepStep(run, 'sft', step, isLast ? sftSteps : Infinity)
  }
  // the next stage starts from the best
  if (!isLast && run.best !== undefined && run.best.step !== run.supervised) await policy.restore('best')
}

async function encoded(run: Run, examples: readonly Example[], chance: Stream): Promise<SftSequence[]> {
  const { policy } = run.ports
  const texts = await textsOf(run, examples, chance)
  const prompts = await policy.encode(texts.map(({ prompt }) => prompt))
  const completions = await policy.encode(texts.map(({ completion }) => completion))
  return prompts.map((promptIds, i) => ({ promptIds, ids: completions[i]! }))
}

/** Mean cross-entropy over the tokens that the stage's loss counts, of imitations that are never trained on; undefined where none are held out. */
async function heldOutLoss(run: Run, examples: readonly Example[]): Promise<number | undefined> {
  const { ports: { policy }, settings } = run
  const { sftFullText, evaluationBatch, seed } = settings
  if (examples.length === 0) return undefined
  // the same thoughts at every validation
  const chance = new Stream(seed, 'held-out thoughts')
  let [nll, tokens] = [0, 0]
  for (let start = 0; start < examples.length; start += evaluationBatch) {
    const sequences = (await encoded(run, examples.slice(start, start + evaluationBatch), chance))
      .map(({ promptIds, ids }) => (sftFullText ? { promptIds: promptIds.slice(0, 1), ids: [...promptIds.slice(1), ...ids] } : { promptIds, ids }))
    const report = await policy.logLikelihood({ sequences, version: 'current' })
    for (const [i, value] of report.nll.entries()) {
      nll += value
      tokens += report.tokens[i]!
    }
  }
  return nll / tokens
}
