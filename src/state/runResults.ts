// The results table of kept runs: their test answers read on demand, compared between other tasks, and remembered while nothing changes.
import { methodsTable, Resampled, type MethodsTable, type System } from '../domain/methodsTable.ts'
import { nextTask } from './nextTask.ts'
import { systemsOf } from './runSystems.ts'
import type { Runs } from './runs.ts'

/** With one seed: the same table every time. */
const resampled = new Resampled(1)

export interface RunResults {
  readonly table: MethodsTable
  /** runs of the choice that have nothing in the table, and why */
  readonly without: readonly { readonly name: string; readonly reason: string }[]
}

/** Reads what the runs answered, and compares. Undefined once it is `given` up. */
export async function resultsOf(runs: Pick<Runs, 'getState' | 'answers'>, ids: readonly string[], given: { readonly up: boolean } = { up: false }): Promise<RunResults | undefined> {
  const records = ids.flatMap((id) => runs.getState().records.find((record) => record.id === id) ?? [])
  const without: { name: string; reason: string }[] = []
  const systems: System[] = []
  for (const record of records) {
    const answers = await runs.answers(record.id)
    if (given.up) return undefined
    const own = systemsOf(record, answers)
    systems.push(...own)
    if (own.length === 0) without.push({ name: record.name, reason: 'no test query was measured yet' })
    else if (!own.some(({ role }) => role === 'trained')) without.push({ name: record.name, reason: 'its trained policy was not measured: the run has not ended' })
  }
  const breathe = async (): Promise<void> => {
    await nextTask()
    if (given.up) throw new GivenUp()
  }
  try {
    return { table: await methodsTable(systems, resampled, breathe), without }
  } catch (error) {
    if (error instanceof GivenUp) return undefined
    throw error
  }
}

class GivenUp extends Error {}
