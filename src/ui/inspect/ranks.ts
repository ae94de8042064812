// How a product moved from one ranking to another, and which lines tell it.

export interface Move {
  readonly kind: 'up' | 'down' | 'same' | 'new' | 'none'
  /** places */
  readonly by: number
  readonly mark: string
  readonly words: string
}

/** Every product's rank, from 1. */
export function ranksOf(ids: readonly string[]): ReadonlyMap<string, number> {
  return new Map(ids.map((id, at) => [id, at + 1]))
}

/** The move of a product that now stands at `rank`, from where it stood before (undefined: nowhere); `before` false where there is nothing to compare with. */
export function moveOf(rank: number, was: number | undefined, before: boolean): Move {
  if (!before) return { kind: 'none', by: 0, mark: '', words: '' }
  if (was === undefined) return { kind: 'new', by: 0, mark: 'new', words: 'new: not ranked at the left' }
  const by = was - rank
  if (by === 0) return { kind: 'same', by, mark: '=', words: 'same rank as at the left' }
  const places = `${Math.abs(by)} ${Math.abs(by) === 1 ? 'place' : 'places'}`
  return by > 0
    ? { kind: 'up', by, mark: `+${by}`, words: `up ${places}, from ${was}` }
    : { kind: 'down', by, mark: `−${-by}`, words: `down ${places}, from ${was}` }
}

/** A product that left the listed ones: where it was, and where it is now (undefined: nowhere within reach). */
export interface Dropped {
  readonly id: string
  readonly was: number
  readonly now: number | undefined
}

export function droppedFrom(before: readonly string[], now: ReadonlyMap<string, number>, listed: number): Dropped[] {
  return before.slice(0, listed).flatMap((id, at) => {
    const rank = now.get(id)
    return rank !== undefined && rank <= listed ? [] : [{ id, was: at + 1, now: rank }]
  })
}

/** Where a ranking has the relevant products: how many of them among those shown, and how many as deep as it was asked for. */
export function relevantWords(relevant: readonly string[], ids: readonly string[], listed: number, depth: number): string {
  const total = relevant.length
  const shown = Math.min(listed, ids.length)
  const countOf = (among: readonly string[]): number => {
    const known = new Set(among)
    return relevant.filter((id) => known.has(id)).length
  }
  const here = countOf(ids.slice(0, shown))
  const first = here === total && total > 1 ? `all ${total} relevant in these ${shown}` : `${here} of ${total} relevant in these ${shown}`
  if (here === total || listed >= depth) return first
  const within = countOf(ids.slice(0, depth))
  return `${first}, ${within === 0 ? 'none' : within === total && total > 1 ? 'all' : within} within ${depth}`
}

/** A line between neighbouring columns: of a product in both lists, or one that leaves the left one or comes into the right one. */
export interface Link {
  readonly id: string
  /** ranks; undefined beyond what is listed */
  readonly from: number | undefined
  readonly to: number | undefined
  readonly kind: 'up' | 'down' | 'same' | 'left' | 'entered'
}

export function linksBetween(left: readonly string[], right: readonly string[], listed: number): Link[] {
  const to = ranksOf(right.slice(0, listed))
  const from = ranksOf(left.slice(0, listed))
  const links = [...from].map(([id, rank]): Link => {
    const next = to.get(id)
    return { id, from: rank, to: next, kind: next === undefined ? 'left' : next === rank ? 'same' : next < rank ? 'up' : 'down' }
  })
  for (const [id, rank] of to) if (!from.has(id)) links.push({ id, from: undefined, to: rank, kind: 'entered' })
  return links
}
