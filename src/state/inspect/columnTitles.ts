// What a column is called, and in few words where it comes from.
import type { RunRecord } from '../../client/runs.ts'
import { stepWords } from '../../domain/stage.ts'
import type { TaskSpec } from '../../domain/tasks/task.ts'
import { originalWords } from '../tasks/words.ts'
import { kindOf, type ColumnId } from './columns.ts'
import type { Column } from './inspect.ts'
import type { Source } from './sources.ts'

export interface ColumnTitle {
  readonly title: string
  /** where it comes from; the empty text where the title says it all */
  readonly note: string
  /** a few letters, for places without room */
  readonly short: string
}

/** What is known of who answers. */
export interface Answerers {
  readonly sources: readonly Pick<Source, 'id' | 'title' | 'note'>[]
  readonly records: readonly Pick<RunRecord, 'id' | 'name' | 'checkpoints'>[]
  /** the task, which says what stands where no policy is asked; without it, the query */
  readonly task?: Pick<TaskSpec, 'over' | 'answers'>
}

const count = (value: number): string => value.toLocaleString('en')
const stageOf = (stage: 'sft' | 'grpo' | undefined): string => (stage === 'sft' ? 'SFT ' : '')

/** Which weights the current policy answered with: training goes on while it is asked. */
export function writtenBy(at: Column['at']): string {
  if (at === undefined) return ''
  const { stage, from, to, best } = at
  if (best) return `best, of step ${count(to)}`
  if (to === 0) return stage === undefined ? 'not trained yet' : stepWords(stage, 0)
  return from === to ? `after ${stepWords(stage, to)}` : `between ${stageOf(stage)}steps ${count(from)} and ${count(to)}`
}

export function titleOf(id: ColumnId, { sources, records, task }: Answerers, column?: Pick<Column, 'at'>): ColumnTitle {
  const kind = kindOf(id)
  switch (kind?.is) {
    case 'original': return { ...originalWords(task ?? { over: 'queries', answers: 'query' }), note: '' }
    case 'before': return { title: 'Starting policy', note: 'before training', short: 'start' }
    case 'current': return { title: 'Current policy', note: writtenBy(column?.at), short: 'current' }
    case 'typed': {
      const name = kind.number === 1 ? 'Your text' : `Your text ${kind.number}`
      return { title: name, note: 'typed by hand', short: name.toLowerCase() }
    }
    case 'checkpoint': {
      const record = records.find((one) => one.id === kind.run)
      const checkpoint = record?.checkpoints.find(({ stage, step }) => stage === kind.stage && step === kind.step)
      const names = checkpoint?.names.filter((name) => name !== 'step') ?? []
      const step = stepWords(kind.stage, kind.step)
      return {
        title: `Checkpoint ${step}`, note: [record?.name ?? 'a run that is not here', ...names].join(', '),
        short: step,
      }
    }
    case 'source': {
      const source = sources.find((one) => one.id === kind.source)
      return { title: source?.title ?? kind.source, note: source?.note ?? 'not here', short: source?.title ?? kind.source }
    }
    case undefined: return { title: id, note: '', short: id }
  }
}
