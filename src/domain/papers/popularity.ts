// The popularity baseline of leave-one-out: everyone is shown what most people had, but for what they had already.
import type { UserHistory } from '../dataset.ts'
import { DECODER_DEPTH } from '../decoder.ts'

/**
 * The first items for each person of three items or more, by person, with the last item as the target. Popularity counts all but everyone's last two items,
 * which validate and test; of equals the one that a history names first stands first. Ready histories (with a `next`) are split already and left out.
 */
export function popularityRanks(users: readonly UserHistory[], depth = DECODER_DEPTH): ReadonlyMap<string, { readonly target: string; readonly ranked: readonly string[] }> {
  const counts = new Map<string, number>()
  const tested = users.filter(({ items, next }) => items.length >= 3 && next === undefined)
  for (const { items } of tested) for (const item of items.slice(0, -2)) counts.set(item, (counts.get(item) ?? 0) + 1)
  const order = [...counts].toSorted((a, b) => b[1] - a[1]).map(([item]) => item)
  return new Map(tested.map(({ userId, items }) => {
    const had = new Set(items.slice(0, -1))
    const ranked: string[] = []
    for (const item of order) {
      if (ranked.length === depth) break
      if (!had.has(item)) ranked.push(item)
    }
    return [userId, { target: items.at(-1)!, ranked }]
  }))
}
