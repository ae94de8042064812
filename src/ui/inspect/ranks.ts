// How a product moved from one ranking to another.

export interface Move {
  readonly kind: 'up' | 'down' | 'same' | 'new' | 'none'
  /** places */
  readonly by: number
  readonly mark: string
  readonly words: string
}

/** Rank from 1, or undefined when the product is not among `ids`. */
export function rankOf(ids: readonly string[], productId: string): number | undefined {
  const at = ids.indexOf(productId)
  return at < 0 ? undefined : at + 1
}

/** The move of a product that now stands at `rank`, from where it stood in `before` (undefined: nothing to compare with). */
export function moveOf(rank: number, productId: string, before: readonly string[] | undefined): Move {
  if (before === undefined) return { kind: 'none', by: 0, mark: '', words: '' }
  const was = rankOf(before, productId)
  if (was === undefined) return { kind: 'new', by: 0, mark: 'new', words: 'new: not ranked before' }
  const by = was - rank
  if (by === 0) return { kind: 'same', by, mark: '=', words: 'same rank as before' }
  const places = `${Math.abs(by)} ${Math.abs(by) === 1 ? 'place' : 'places'}`
  return by > 0
    ? { kind: 'up', by, mark: `▲${by}`, words: `up ${places}, from ${was}` }
    : { kind: 'down', by, mark: `▼${-by}`, words: `down ${places}, from ${was}` }
}
