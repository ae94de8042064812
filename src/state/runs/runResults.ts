// The results table of kept runs: their test answers read on demand, compared in a worker, and remembered while nothing changes.
import type { ResamplingService } from '../../client/compare.ts'
import type { RunRecord } from '../../client/runs.ts'
import { methodsTable, type MethodsTable, type System } from '../../domain/methodsTable.ts'
import { Resampled } from '../../domain/resampled.ts'
import type { AnswersEvent } from '../../experiment/events.ts'
import { nextTask } from '../nextTask.ts'
import { systemsOf, valuesIn } from './runSystems.ts'

/** Of the resampling: the same table every time. */
const SEED = 1

export interface RunResults {
  readonly table: MethodsTable
  /** runs of the choice that have nothing in the table, and why */
  readonly without: readonly { readonly name: string; readonly reason: string }[]
}

/** Makes the table of some runs; `answers` reads what a run answered to its test queries. */
export function createResults(service: ResamplingService, answers: (id: string) => Promise<readonly AnswersEvent[]>): (records: readonly RunRecord[]) => Promise<RunResults> {
  const resampled = new Resampled({ gain: (one, other) => service.gain(one, other, SEED), interval: (values) => service.interval(values, SEED) })
  return async (records) => {
    const without: { name: string; reason: string }[] = []
    const systems: System[] = []
    for (const record of records) {
      const events = await answers(record.id)
      for (const event of events) {
        valuesIn(event)
        // ten thousand answers a task
        await nextTask()
      }
      const own = systemsOf(record, events)
      systems.push(...own)
      if (own.length === 0) without.push({ name: record.name, reason: 'no test query was measured yet' })
      else if (record.settings['stages'] !== 'prompt' && !own.some(({ role }) => role === 'trained')) without.push({ name: record.name, reason: 'its trained policy was not measured: the run has not ended' })
    }
    return { table: await methodsTable(systems, resampled), without }
  }
}
