// What a server said about one query: a checked ranking, or why there is none.

export type Answer =
  | { readonly ids: readonly string[]; readonly scores: readonly number[]; readonly failed?: undefined }
  | Failure

export interface Failure {
  readonly failed: string
  /** whether the same question may get an answer later */
  readonly again: boolean
  readonly remedy?: string
}

export function fail(failed: string, again = false, remedy?: string): Failure {
  return { failed, again, ...(remedy === undefined ? {} : { remedy }) }
}

/** What a reply should have been, and what it was. Ends a reply's reading. */
export class Malformed extends Error {
  constructor(readonly expected: string, readonly found: string) {
    super(`expected ${expected}, found ${found}`)
  }
}

export function malformed(expected: string, found: unknown): Malformed {
  return new Malformed(expected, found === undefined ? 'nothing' : JSON.stringify(found))
}

/** One query's part of a reply: what is wrong with it alone fails it alone. */
export function alone(read: () => Answer): Answer {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return fail(`gave a reply that can't be used: expected ${error.expected}, found ${error.found}`, false, 'check httpEngine and httpTemplate')
  }
}

/** What a sentence quotes of a server's words. */
export function excerpt(text: string): string {
  const words = text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ').trim()
  return words.length > 160 ? `${words.slice(0, 160)}…` : words
}

export type Fields = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The first `k` of a ranking that a server gave; of an id given twice the first stands. Without scores a ranking's scores are its ranks,
 * negated. Throws Malformed where ids are no texts of one line, or scores no falling numbers.
 */
export function checkedRanking(ids: readonly unknown[], scores: readonly unknown[] | undefined, k: number, where: string): Answer {
  if (scores !== undefined && scores.length !== ids.length) throw malformed(`as many scores as ids in ${where}`, `${scores.length} for ${ids.length}`)
  const kept = new Map<string, number>()
  let last = Infinity
  for (const [at, given] of ids.entries()) {
    const id = typeof given === 'number' && Number.isSafeInteger(given) ? String(given) : given
    if (typeof id !== 'string' || id === '' || /[\r\n]/.test(id)) throw malformed(`a product id as text in ${where}`, given)
    const score = scores === undefined ? 0 - at : scores[at]
    if (typeof score !== 'number' || !Number.isFinite(score)) throw malformed(`a number as the score of ${id} in ${where}`, score)
    if (score > last) throw malformed(`scores that fall in ${where}, after ${last}`, score)
    last = score
    if (kept.size < k && !kept.has(id)) kept.set(id, score)
  }
  return { ids: [...kept.keys()], scores: [...kept.values()] }
}
