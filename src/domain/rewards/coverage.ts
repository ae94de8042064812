// How much of the catalogue the outputs of a step show together.
import type { Batch, PartOf } from './outcome.ts'

/** What a step's outputs show: `rankings` are the measured ids of each, those that ask for nothing being empty. */
export function batchOf(rankings: Iterable<readonly string[]>, rewardK: number): Batch {
  const shown = new Map<string, number>()
  for (const ids of rankings) for (const id of new Set(ids.slice(0, rewardK))) shown.set(id, (shown.get(id) ?? 0) + 1)
  return { shown }
}

/**
 * An output's share in the catalogue coverage of its batch (Ge, Delgado-Battenfeld and Jannach 2010: distinct products shown). A product that n outputs
 * show credits each of them 1 / n — the Shapley value, so that the credits of a batch add up to the distinct products — and the part is the mean credit
 * of the first rewardK. 1 where no other output shows any of them; 0 without products.
 */
export const coverage: PartOf<'rewardK'> = ({ ids, batch }, { rewardK }) => {
  const first = new Set(ids.slice(0, rewardK))
  if (first.size === 0) return 0
  let sum = 0
  for (const id of first) sum += 1 / Math.max(1, batch?.shown.get(id) ?? 1)
  return sum / first.size
}
