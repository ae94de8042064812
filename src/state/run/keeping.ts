// What the driver asks of whatever keeps runs, and how a store that fails never ends a run: it is told, and tried again at the next checkpoint.
import type { RunRecord, RunStatus } from '../../client/runs.ts'
import type { RunEvent } from '../../experiment/events.ts'
import { sentenceOf } from '../sentence.ts'

type CheckpointEvent = Extract<RunEvent, { type: 'checkpoint' }>

/** One run on its way into the store. */
export interface Recording {
  /** the record as last written; undefined until the run's `start` was taken */
  readonly record: () => RunRecord | undefined
  /** Keeps an event; may gather several before it writes them. */
  readonly take: (event: RunEvent) => Promise<void>
  /** Whether the state of that stage and step is kept already: another name for it needs no bytes. */
  readonly has: (event: CheckpointEvent) => boolean
  /** Writes what is gathered, then the state that the checkpoint event, taken just before, tells of. */
  readonly keep: (event: CheckpointEvent, bytes: ArrayBuffer | undefined) => Promise<void>
  /** Writes what is gathered, and how the run stands. */
  readonly settle: (status: RunStatus) => Promise<void>
}

export interface Keeper {
  /** A new run; its `start` event makes its record. */
  readonly begin: () => Recording
  /** A run of the store goes on at the end of its events. */
  readonly goOn: (record: RunRecord) => Recording
}

export interface Kept {
  readonly record: RunRecord | undefined
  /** why the run is no longer kept whole */
  readonly fault: string | undefined
}

export interface Careful {
  readonly take: (event: RunEvent) => Promise<void>
  /** `bytes` are taken off the device, whose failure is the run's own and thrown. */
  readonly keep: (event: CheckpointEvent, bytes: () => Promise<ArrayBuffer>) => Promise<void>
  readonly settle: (status: RunStatus) => Promise<void>
}

/** A recording whose failures are told and never thrown. */
export function careful(recording: Recording, tell: (kept: Kept) => void): Careful {
  let fault: string | undefined
  // one after another: how the run ended is not written before the checkpoint that was under way
  let last: Promise<void> = Promise.resolve()
  const attempt = (what: string, work: () => Promise<void>): Promise<void> => {
    last = last.then(async () => {
      const [before, faultBefore] = [recording.record(), fault]
      try {
        await work()
      } catch (error) {
        fault = `${what}: ${sentenceOf(error)}`
      }
      if (recording.record() !== before || fault !== faultBefore) tell({ record: recording.record(), fault })
    })
    return last
  }
  return {
    take: (event) => attempt(`events from step ${'step' in event ? event.step : 0} on are not kept`, () => recording.take(event)),
    keep: async (event, bytes) => {
      const taken = recording.has(event) ? undefined : await bytes()
      await attempt(`the checkpoint of step ${event.step} is not kept`, async () => {
        await recording.keep(event, taken)
        fault = undefined
      })
    },
    settle: (status) => attempt('how the run ended is not kept', () => recording.settle(status)),
  }
}
