// The answers within a kept run's lines: those to the test queries, and those of one part to one split.
import type { RunsService } from '../../client/runs.ts'
import type { Split } from '../../domain/dataset.ts'
import type { AnswersEvent } from '../../experiment/events.ts'
import { eventOf } from '../../experiment/line.ts'
import { nextTask } from '../nextTask.ts'
import type { TableAnswer } from '../queries/queryRows.ts'
import { partOf } from '../queries/systems.ts'
import type { Runs } from './runs.ts'

type Lines = Pick<RunsService, 'lines'>

/** A step's answers as they were told. `wanted`: by the beginning of the line, for parsing the others would cost most of the time. */
async function answersAt(client: Lines, id: string, step: number, wanted: (beginning: string) => boolean): Promise<readonly AnswersEvent[]> {
  const found: AnswersEvent[] = []
  for (const line of await client.lines(id, 'answers', { step })) {
    if (!wanted(line.slice(0, 200))) continue
    const event = eventOf(line)
    // a line may hold ten thousand answers
    await nextTask()
    if (event.type === 'answers') found.push(event)
  }
  return found
}

export interface TestAnswers {
  readonly answers: readonly AnswersEvent[]
  /** the steps whose lines were read */
  readonly steps: readonly number[]
}

/**
 * The answers to the test queries, in the order in which they came; the later of two of one policy stands. What is `known` of the same run,
 * which has grown since in the same status, is not read again once the original and the start are there: then only a new step, or the run's end, brings others.
 */
export async function testAnswers(
  client: Lines & Pick<RunsService, 'steps'>, id: string, known: TestAnswers = { answers: [], steps: [] },
): Promise<TestAnswers> {
  const begun = (['original', 'before'] as const).every((which) => known.answers.some(({ policy }) => policy === which))
  const found = new Map<AnswersEvent['policy'], AnswersEvent>(begun ? known.answers.map((event) => [event.policy, event]) : [])
  const steps = await client.steps(id, 'answers')
  for (const step of begun ? steps.filter((one) => !known.steps.includes(one)) : steps) {
    const told = await answersAt(client, id, step, (beginning) => beginning.includes('"split":"test"'))
    for (const event of told) if (event.split === 'test') found.set(event.policy, event)
  }
  return { answers: [...found.values()], steps }
}

/** A part's answers to one split. Throws a sentence where the run has none: one that was made before answers were kept, or ended before. */
export async function keptAnswers(
  { answers, service }: { readonly answers: Runs['answers']; readonly service: Lines },
  { run, part }: { readonly run: string; readonly part: string }, split: Split,
): Promise<readonly TableAnswer[]> {
  const told = split === 'test' ? await answers(run) : await answersAt(service, run, Number(part.slice('step:'.length)), () => true)
  // of a run that went on from a checkpoint the later line counts
  const found = told.findLast((event) => event.split === split && partOf(event) === part)
  if (found !== undefined) return found.answers
  throw new Error(`this run keeps no answers of ${part.replace(':', ' ')} to the ${split} queries; evaluate one of its checkpoints instead`)
}
