// How a person has set up the inspector, as the browser remembers it and as a link carries it.
import { FIRST_COLUMNS, kindOf, knownColumns, nextTyped, type ColumnId } from './columns.ts'
import type { Memory } from '../shell.ts'

/** How many products a column lists. */
export const LISTED = [8, 10, 20, 50, 100] as const
export type Listed = (typeof LISTED)[number]

/** Texts that a person typed into columns: by column, then by query. */
export type Typed = Readonly<Record<ColumnId, Readonly<Record<string, string>>>>

export interface Shown {
  /** left to right */
  readonly columns: readonly ColumnId[]
  readonly listed: Listed
  /** the K of NDCG and recall on top of a column; at first that of the table of queries */
  readonly k: 10 | 100
  /** product pictures are fetched from wherever the data set says they are */
  readonly pictures: boolean
  /** the table of queries is open beside the columns */
  readonly tableOpen: boolean
  readonly typed: Typed
}

export const FIRST_SHOWN: Shown = { columns: FIRST_COLUMNS, listed: 8, k: 10, pictures: false, tableOpen: true, typed: {} }

const NAME = 'rec-r1-workbench inspector'
/** texts that are remembered for one column: the latest */
const MOST_TYPED = 200

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)

function typedOf(value: unknown): Typed {
  if (!isRecord(value)) return {}
  return Object.fromEntries(Object.entries(value).flatMap(([id, texts]) => {
    if (kindOf(id)?.is !== 'typed' || !isRecord(texts)) return []
    return [[id, Object.fromEntries(Object.entries(texts).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))] as const]
  }))
}

/** What was remembered; whatever of it makes no sense is as at first. */
export function recall(memory: Pick<Memory, 'getItem'>): Shown {
  let value: unknown
  try {
    value = JSON.parse(memory.getItem(NAME) ?? '{}')
  } catch {
    return FIRST_SHOWN
  }
  if (!isRecord(value)) return FIRST_SHOWN
  const { columns, listed, k, pictures, tableOpen, typed } = value
  return {
    columns: Array.isArray(columns) ? knownColumns(columns) : FIRST_SHOWN.columns,
    listed: LISTED.find((count) => count === listed) ?? FIRST_SHOWN.listed,
    k: k === 100 ? 100 : 10, pictures: pictures === true, tableOpen: tableOpen !== false, typed: typedOf(typed),
  }
}

/** Remembers it; false where the browser has no room. */
export function remember(memory: Pick<Memory, 'setItem'>, { columns, listed, k, pictures, tableOpen, typed }: Shown): boolean {
  try {
    memory.setItem(NAME, JSON.stringify({ columns, listed, k, pictures, tableOpen, typed }))
    return true
  } catch {
    return false
  }
}

/** The texts with one more for a query; of many, the latest stay. */
export function withText(typed: Typed, id: ColumnId, query: string, text: string): Typed {
  const { [query]: _, ...others } = typed[id] ?? {}
  return { ...typed, [id]: Object.fromEntries([...Object.entries(others), [query, text] as const].slice(-MOST_TYPED)) }
}

/** What a typed column says to a query: the query itself until something is typed. */
export function textFor(typed: Typed, id: ColumnId, query: string): string {
  return typed[id]?.[query] ?? query
}

/** A query and columns in the part of an address after `?`, and the columns that only this browser has: checkpoints, and what was brought here. */
export function toLink(query: string, { columns, typed, listed, k }: Shown): { readonly search: string; readonly leftOut: readonly ColumnId[] } {
  const carried = (id: ColumnId): boolean => ['original', 'before', 'current', 'typed'].includes(kindOf(id)?.is ?? '')
  const search = new URLSearchParams({ inspect: query, listed: String(listed), k: String(k) })
  for (const id of columns.filter(carried)) {
    search.append('column', kindOf(id)?.is === 'typed' ? `${id}=${textFor(typed, id, query)}` : id)
  }
  return { search: search.toString(), leftOut: columns.filter((id) => !carried(id)) }
}

/** What a link carries; undefined where the address carries nothing of the inspector. Columns of one's own stay to the right. */
export function fromLink(search: string, shown: Shown): { readonly query: string; readonly shown: Shown } | undefined {
  const given = new URLSearchParams(search)
  const query = given.get('inspect')?.trim() ?? ''
  if (query === '') return undefined
  let { typed } = shown
  const columns = knownColumns(given.getAll('column').map((part) => {
    const [, id, text] = /^(typed:\d+)=(.*)$/s.exec(part) ?? []
    if (id === undefined || text === undefined) return part
    const own = typed[id]?.[query]
    // a text of one's own gives way to no link
    const to = own === undefined || own === text ? id : nextTyped([...Object.keys(typed), ...shown.columns])
    typed = withText(typed, to, query, text)
    return to
  }))
  const listed = LISTED.find((count) => String(count) === given.get('listed')) ?? shown.listed
  const k = ([10, 100] as const).find((at) => String(at) === given.get('k')) ?? shown.k
  return { query, shown: { ...shown, columns: columns.length > 0 ? columns : shown.columns, listed, k, typed } }
}
