// A kept run's events, read back in parts, so that ten thousand steps are no long task.
import type { RunsService } from '../../client/runs.ts'
import type { RunEvent } from '../../experiment/events.ts'
import { eventOf } from '../../experiment/line.ts'
import { emptyRun, reduceAll, type RunState } from '../../experiment/reduce.ts'
import { nextTask } from '../nextTask.ts'

/** Lines parsed in one task: about a fifth of a megabyte of steps. */
const LINES_A_TASK = 250

export interface ReadRun {
  readonly events: readonly RunEvent[]
  readonly state: RunState
}

/** The event of plain line `at`; the sentence says which line is broken. */
function plainEvent(line: string, at: number): RunEvent {
  try {
    return eventOf(line)
  } catch {
    throw new Error(`events.jsonl, plain line ${at + 1}: not JSON (${line.slice(0, 40)}…); export the run again where it was made, and import that file`)
  }
}

/** Reads the plain events of a run, and what they add up to. */
export async function readRun(client: Pick<RunsService, 'events'>, id: string): Promise<ReadRun> {
  const lines: string[] = []
  await client.events(id, (part) => { for (const line of part) lines.push(line) })
  const events: RunEvent[] = []
  let state = emptyRun
  for (let from = 0; from < lines.length; from += LINES_A_TASK) {
    const read = lines.slice(from, from + LINES_A_TASK).map((line, at) => plainEvent(line, from + at))
    events.push(...read)
    state = reduceAll(state, read)
    await nextTask()
  }
  return { events, state }
}
