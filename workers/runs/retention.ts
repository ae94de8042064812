// Which checkpoints stay: those that somebody may go on from, and whatever going on from them needs.
import type { CheckpointRecord } from '../../src/protocol/runs.ts'

type Kept = Pick<CheckpointRecord, 'stage' | 'step' | 'names' | 'eventsBytes'>

/**
 * The checkpoints that stay, in the order of the events: every start, the last, each stage's best, the latest `most` of all others, and for each of
 * these what was its stage's best by then.
 */
export function retained<Checkpoint extends Kept>(checkpoints: readonly Checkpoint[], most: number): Checkpoint[] {
  const ordered = checkpoints.toSorted((a, b) => a.eventsBytes - b.eventsBytes)
  const bestBy = ({ stage, eventsBytes }: Kept): Checkpoint | undefined => ordered.findLast((one) => one.stage === stage && one.names.includes('best') && one.eventsBytes <= eventsBytes)
  const special = new Set(ordered.filter((one) => one.names.includes('start') || one.names.includes('last') || one === bestBy({ ...one, eventsBytes: Infinity })))
  const others = ordered.filter((one) => !special.has(one))
  const stay = new Set([...special, ...others.slice(Math.max(0, others.length - most))])
  const needed = new Set([...stay].map(bestBy))
  return ordered.filter((one) => stay.has(one) || needed.has(one))
}
