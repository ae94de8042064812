// The judged queries as they are searched by what a person types: prepared a little at a time, so that a hundred thousand never hold up the page.
import type { JudgedQuery } from '../../domain/dataset.ts'

/** Preparing goes on for about this long before other tasks get their turn. */
const TURN_MS = 6
/** Queries between two looks at the clock. */
const STRIDE = 256

const words = (text: string): string => text.trim().toLowerCase().replaceAll(/\s+/gu, ' ')

export interface FoundQueries {
  readonly options: readonly JudgedQuery[]
  /** how many queries match, shown or not */
  readonly total: number
}

/** Queries that hold every typed word, test queries first: training never saw them. */
export class QueryIndex {
  readonly #texts: string[] = []
  readonly #bySaid = new Map<string, JudgedQuery[]>()
  /** the test queries, then the others */
  readonly #order: readonly JudgedQuery[]

  constructor(queries: readonly JudgedQuery[]) {
    const test = queries.filter(({ split }) => split === 'test')
    this.#order = test.length === 0 ? queries : [...test, ...queries.filter(({ split }) => split !== 'test')]
    this.#prepare()
  }

  /** The judged query that says the same: the one of that id, else the one that is spelt like it, else one whatever its case and spaces. */
  same(text: string, id?: string): JudgedQuery | undefined {
    const exact = text.trim()
    const prepared = this.#bySaid.get(words(text)) ?? []
    // what is not prepared yet is rarely asked for: as it is written it is found all the same
    const rest = this.#order.slice(this.#texts.length).filter((query) => query.text.trim() === exact)
    const known = [...prepared, ...rest]
    return known.find((query) => query.id === id) ?? known.find((query) => query.text.trim() === exact) ?? known[0]
  }

  find(typed: string, most: number): FoundQueries {
    const wanted = words(typed).split(' ').filter((word) => word !== '')
    if (wanted.length === 0) return { options: this.#order.slice(0, most), total: this.#order.length }
    const options: JudgedQuery[] = []
    let total = 0
    for (const [at, text] of this.#texts.entries()) {
      if (!wanted.every((word) => text.includes(word))) continue
      total++
      if (options.length < most) options.push(this.#order[at]!)
    }
    return { options, total }
  }

  #prepare(): void {
    const until = performance.now() + TURN_MS
    while (this.#texts.length < this.#order.length) {
      const end = Math.min(this.#texts.length + STRIDE, this.#order.length)
      for (let at = this.#texts.length; at < end; at++) {
        const query = this.#order[at]!
        const said = words(query.text)
        this.#texts.push(said)
        const others = this.#bySaid.get(said)
        if (others === undefined) this.#bySaid.set(said, [query])
        else others.push(query)
      }
      if (this.#texts.length < this.#order.length && performance.now() >= until) {
        setTimeout(() => this.#prepare())
        return
      }
    }
  }
}

const indexes = new WeakMap<readonly JudgedQuery[], QueryIndex>()

/** The index of a dataset's queries, made once. */
export function queryIndexOf(queries: readonly JudgedQuery[]): QueryIndex {
  let index = indexes.get(queries)
  if (index === undefined) {
    index = new QueryIndex(queries)
    indexes.set(queries, index)
  }
  return index
}
