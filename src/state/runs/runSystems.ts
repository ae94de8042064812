// Kept runs as the systems of a results table: the original query, what each run started from, and what it became.
import { ALL_MEASURES, type System, type SystemValues, type TableMeasure } from '../../domain/methodsTable.ts'
import type { Answer, AnswersEvent } from '../../experiment/events.ts'
import type { RunRecord } from '../../client/runs.ts'

const STAGES: Readonly<Record<string, { readonly start: string; readonly trained: string }>> = {
  'grpo': { start: 'Prompting', trained: 'RL' },
  'sft,grpo': { start: 'SFT', trained: 'SFT + RL' },
  'sft': { start: 'Prompting', trained: 'SFT' },
  'prompt': { start: 'Prompting', trained: 'Prompting' },
}

export function valuesOf({ metrics, format }: Answer, original: boolean): Readonly<Partial<Record<TableMeasure, number>>> {
  const values: Partial<Record<TableMeasure, number>> = {}
  const measured: Readonly<Partial<Record<TableMeasure, number>>> = metrics ?? {}
  for (const measure of ALL_MEASURES) {
    const value = measured[measure]
    if (value !== undefined && Number.isFinite(value)) values[measure] = value
  }
  // the unchanged query was written by nobody, so it keeps no format
  if (!original) values.format = Number(format)
  return values
}

const read = new WeakMap<AnswersEvent, SystemValues>()

/** The same values for the same event, so that what was computed from them is found again. */
export function valuesIn(event: AnswersEvent): SystemValues {
  const values = read.get(event) ?? new Map(event.answers.map((answer) => [answer.queryId, valuesOf(answer, event.policy === 'original')]))
  read.set(event, values)
  return values
}

/** The systems that a run measured on its test queries, as far as it got. */
export function systemsOf({ id, name, dataset, policy, recommender, settings }: RunRecord, answers: readonly AnswersEvent[]): readonly System[] {
  const stages = STAGES[String(settings['stages'])] ?? STAGES['grpo']!
  const run = { id, name }
  const described = {
    // of several stages: what stood before the first; a run's start, which it is compared with, comes first
    prompted: { role: 'start', title: 'Prompting', detail: `${policy}, ${recommender}` },
    original: { role: 'original', title: 'Original query', detail: recommender },
    before: { role: 'start', title: stages.start, detail: `${policy}, ${recommender}` },
    after: { role: 'trained', title: name, detail: `${stages.trained}, ${recommender}` },
  } as const
  // nothing was trained: what stands after is what stood before
  const told = settings['stages'] === 'prompt' ? ['original', 'before'] as const : ['original', 'before', 'prompted', 'after'] as const
  return told.flatMap((which): System[] => {
    const event = answers.findLast(({ policy: whose }) => whose === which)
    return event === undefined ? [] : [{ ...described[which], run, data: dataset, values: valuesIn(event) }]
  })
}
