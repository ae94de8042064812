// What the tests of readers share: a sink that counts and remembers what it was told.
import type { Format, Place, Row, Sink } from './format.ts'

export interface Told {
  readonly sink: Sink
  /** calls by name */
  readonly counts: Readonly<Record<string, number>>
  readonly rejected: readonly { readonly at: Place; readonly column: string; readonly reason: string }[]
}

/** A sink that takes everything and counts it. */
export function tally(): Told {
  const counts: Record<string, number> = {}
  const rejected: { at: Place; column: string; reason: string }[] = []
  const count = (name: string) => (): void => { counts[name] = (counts[name] ?? 0) + 1 }
  const sink: Sink = {
    product: count('product'), query: count('query'), judgement: count('judgement'), interaction: count('interaction'),
    facts: count('facts'), person: count('person'), sequence: count('sequence'),
    category: count('category'), retrieved: count('retrieved'), output: count('output'), filtered: count('filtered'), note: count('note'),
    reject(at, column, reason) {
      count('reject')()
      rejected.push({ at, column, reason })
    },
  }
  return { sink, counts, rejected }
}

/** A format that keeps every record as its container gave it, with its number. */
export function keeping(columns?: readonly string[]): { readonly format: Format; readonly rows: readonly (readonly [number, Row])[] } {
  const rows: [number, Row][] = []
  const format: Format = {
    name: 'everything', role: 'unknown', ...(columns === undefined ? {} : { columns }), matches: () => true,
    read: (row, at) => { rows.push([at.row, row]) },
  }
  return { format, rows }
}
