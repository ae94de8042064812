// What a run told, as the papers' experiments read it: test values by row, validations by cost, thoughts and lengths.
import { mean } from '../../domain/metrics.ts'
import { thoughtOf } from '../../domain/outputs.ts'
import type { PathPoint, RunResult, Spent } from '../../domain/papers/experiment.ts'
import { queryWords } from '../../domain/words.ts'
import type { AnswersEvent, RunEvent } from '../../experiment/events.ts'
import { valuesIn } from '../runs/runSystems.ts'

const NOTHING: Spent = { rollouts: 0, sampledTokens: 0, trainedTokens: 0, seconds: 0 }

const numberIn = (event: RunEvent, name: string): number => {
  const value = (event as unknown as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

/** What an event adds to the cost: a step, or any other event that says what it sampled (rejection's filter). */
function costOf(event: RunEvent, rolloutsAStep: number): Spent | undefined {
  if (event.type === 'step') {
    const sampled = event.stage === 'grpo'
    return { rollouts: sampled ? rolloutsAStep : 0, sampledTokens: sampled ? event.generatedTokens : 0, trainedTokens: event.tokens, seconds: event.ms / 1000 }
  }
  const sampledTokens = numberIn(event, 'generatedTokens')
  return sampledTokens === 0 ? undefined : { rollouts: numberIn(event, 'rollouts'), sampledTokens, trainedTokens: 0, seconds: numberIn(event, 'ms') / 1000 }
}

function add(one: Spent, other: Spent): Spent {
  return {
    rollouts: one.rollouts + other.rollouts, sampledTokens: one.sampledTokens + other.sampledTokens,
    trainedTokens: one.trainedTokens + other.trainedTokens, seconds: one.seconds + other.seconds,
  }
}

/** Mean words of the thoughts in a policy's answers; undefined where it wrote none of its own. */
function thoughtWords({ answers }: AnswersEvent): number | undefined {
  const written = answers.flatMap(({ text }) => text ?? [])
  // a prompt may end within the thought: its tag then stands in no completion
  return written.length === 0 ? undefined : mean(written.map((text) => queryWords(thoughtOf(text) ?? '').length))
}

/** `events`: the plain ones in order; `answers`: those to test rows. */
export function resultOf(run: RunResult['run'], events: readonly RunEvent[], answers: readonly AnswersEvent[]): RunResult {
  const start = events.find((event) => event.type === 'start')
  const setting = (name: string): number => Number(start?.settings[name] ?? 0)
  const rolloutsAStep = Math.min(setting('promptsPerStep'), start?.dataset.train ?? 0) * setting('groupSize')
  let spent = NOTHING
  const path: PathPoint[] = []
  const lengths: { step: number; tokens: number }[] = []
  let first: RunResult['first']
  let seconds = 0
  for (const event of events) {
    const cost = costOf(event, rolloutsAStep)
    if (cost !== undefined) spent = add(spent, cost)
    if (event.type === 'evaluation' && event.split === 'validation') {
      path.push({ step: event.step, ndcg10: event.metrics['ndcg@10'], ...event.interval, spent })
    }
    if (event.type === 'step' && event.stage === 'grpo') {
      lengths.push({ step: event.step, tokens: event.completionLength.mean })
      first ??= { distinctOutputs: event.distinctOutputs, zeroSpread: event.zeroSpread.share }
    }
    if (event.type === 'done') seconds = event.ms / 1000
  }
  const told = (which: keyof RunResult['tests']): AnswersEvent | undefined => answers.findLast(({ split, policy }) => split === 'test' && policy === which)
  const tests: { -readonly [Name in keyof RunResult['tests']]: RunResult['tests'][Name] } = {}
  for (const which of ['original', 'prompted', 'before', 'after'] as const) {
    const event = told(which)
    if (event !== undefined) tests[which] = valuesIn(event)
  }
  const thought: { before?: number; after?: number } = {}
  for (const which of ['before', 'after'] as const) {
    const event = told(which)
    const words = event && thoughtWords(event)
    if (words !== undefined) thought[which] = words
  }
  const departments = new Map((told('original') ?? told('after'))?.answers.flatMap(({ queryId, domain }) => (domain === undefined ? [] : [[queryId, domain] as const])) ?? [])
  return { run, stages: String(start?.settings['stages'] ?? 'grpo'), seconds, tests, departments, path, spent, thought, lengths, first }
}
