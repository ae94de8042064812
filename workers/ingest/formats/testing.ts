// For tests: rows given to the one format that claims them, and everything it told its sink, by kind.
import type { Container, EsciFilter } from '../../../src/protocol/ingest.ts'
import type { Format, Row, Shape, Sink } from '../format.ts'
import { FORMATS } from './formats.ts'

type Kind = 'product' | 'query' | 'judgement' | 'interaction' | 'sequence' | 'retrieved' | 'output'
type Told = { readonly [K in Kind]: Parameters<Sink[K]>[0][] }

export interface Heard extends Told {
  readonly format: Format
  readonly category: (readonly [string, string])[]
  readonly facts: (readonly [string, Parameters<Sink['facts']>[1]])[]
  readonly person: (readonly [string, Parameters<Sink['person']>[1]])[]
  readonly filtered: string[]
  readonly notes: string[]
  /** 'row column: reason' */
  readonly rejected: string[]
}

export interface HearOptions {
  readonly container?: Container
  readonly file?: string
  readonly filter?: EsciFilter
}

/** The formats that claim a file whose first records are `rows`. */
export function claims(rows: readonly Row[], container: Container = 'jsonl'): Format[] {
  const shape: Shape = { container, columns: new Set(rows.flatMap((row) => Object.keys(row))), first: rows }
  return FORMATS.filter((format) => format.matches(shape))
}

/** Reads `rows` by the only format that claims them, with only the columns that it asks for. */
export function hear(rows: readonly Row[], { container = 'jsonl', file = 'file', filter }: HearOptions = {}): Heard {
  const claimed = claims(rows, container)
  if (claimed.length !== 1) throw new Error(`${claimed.length} formats claim the rows: ${claimed.map((format) => format.name).join(', ')}`)
  const format = claimed[0]!
  const heard: Heard = {
    format, product: [], query: [], judgement: [], interaction: [], sequence: [], retrieved: [], output: [], category: [], facts: [], person: [], filtered: [], notes: [],
    rejected: [],
  }
  const push = <K extends Kind>(kind: K) => (told: Parameters<Sink[K]>[0]): void => { heard[kind].push(told as never) }
  const sink: Sink = {
    ...(filter === undefined ? {} : { filter }),
    product: push('product'), query: push('query'), judgement: push('judgement'), interaction: push('interaction'), sequence: push('sequence'),
    retrieved: push('retrieved'), output: push('output'),
    category: (id, category) => { heard.category.push([id, category]) },
    facts: (id, told) => { heard.facts.push([id, told]) },
    person: (id, told) => { heard.person.push([id, told]) },
    filtered: (column) => { heard.filtered.push(column) },
    note: (sentence) => { heard.notes.push(sentence) },
    reject: (at, column, reason) => { heard.rejected.push(`${at.row} ${column}: ${reason}`) },
  }
  for (const [i, row] of rows.entries()) {
    const wanted = format.columns === undefined ? row : Object.fromEntries(Object.entries(row).filter(([column]) => format.columns!.includes(column)))
    format.read(wanted, { file, row: i + 1 }, sink)
  }
  return heard
}
