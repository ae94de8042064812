// A kept run's answers to one split, from the store of runs.
import type { RunsService } from '../../client/runs.ts'
import type { Split } from '../../domain/dataset.ts'
import type { AnswersEvent } from '../../experiment/events.ts'
import type { TableAnswer } from '../queries/queryRows.ts'
import { partOf } from '../queries/systems.ts'

export interface KeptRuns {
  readonly service: Pick<RunsService, 'lines' | 'steps'>
  /** the answers to the test queries, told with the evaluations of the run's ends */
  readonly answers: (id: string) => Promise<readonly AnswersEvent[]>
}

/** Throws a sentence where the run has no such answers: one that was made before answers were kept, or ended before. */
export async function readKept(runs: KeptRuns, { run, part }: { readonly run: string; readonly part: string }, split: Split): Promise<readonly TableAnswer[]> {
  const wanted = (event: AnswersEvent): boolean => event.split === split && partOf(event) === part
  if (split === 'test') {
    const found = (await runs.answers(run)).find(wanted)
    if (found !== undefined) return found.answers
  } else {
    const step = Number(part.slice('step:'.length))
    const lines = await runs.service.lines(run, 'answers', { step })
    // of a run that went on from a checkpoint the later line counts
    const found = lines.map((line) => JSON.parse(line) as AnswersEvent).findLast(wanted)
    if (found !== undefined) return found.answers
  }
  throw new Error(`this run keeps no answers of ${part.replace(':', ' ')} to the ${split} queries; evaluate one of its checkpoints instead`)
}
