// How imitations come into a run's record: as events, some of them in each.
import { drawInOrder } from '../domain/order.ts'
import type { Settings } from '../domain/settings.ts'
import type { ImitationsEvent, RecordedImitation, RunEvent, SampledFor } from './events.ts'
import type { Run } from './run.ts'

/** Imitations in one event: a line of the record stays readable. */
const AN_EVENT = 200

/** At most `sftExamples`, drawn by the seed, in their order. */
export function drawn<T>(items: readonly T[], { sftExamples, seed }: Settings): readonly T[] {
  return drawInOrder(items, sftExamples === 0 ? items.length : sftExamples, seed, 'imitated')
}

/** Records imitations as events, and tells the run of them. */
export function* told({ recorded }: Run, use: ImitationsEvent['use'], imitations: readonly RecordedImitation[], more: Partial<SampledFor> = {}): Generator<RunEvent> {
  // several may share one event's figures, which are told once
  for (let start = 0; start === 0 || start < imitations.length; start += AN_EVENT) {
    const some = imitations.slice(start, start + AN_EVENT)
    recorded[use].push(...some)
    yield { type: 'imitations', use, imitations: some, ...(start === 0 ? more : {}) }
  }
}
