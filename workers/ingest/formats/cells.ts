// Cells as formats need them: texts, numbers, lists and flags out of whatever a container gives.
import type { Product } from '../../../src/domain/dataset.ts'
import { hashText } from '../../../src/domain/random.ts'
import type { Place, Row, Shape, Sink } from '../format.ts'
import { parsePython } from '../python.ts'

/** A cell as text: absent is empty, whole numbers are written out, lists are joined by a space, surrounding space is dropped. */
export function text(cell: unknown): string {
  if (typeof cell === 'string') return cell.trim()
  if (typeof cell === 'bigint' || typeof cell === 'number') return String(cell)
  if (Array.isArray(cell)) return cell.map(text).filter((part) => part !== '').join(' ')
  return ''
}

/** A cell as a list of texts, empty entries dropped; see `entries`. */
export function texts(cell: unknown): string[] | undefined {
  return entries(cell)?.map((entry) => entry.trim()).filter((entry) => entry !== '')
}

/** Lists as pandas writes its arrays into CSV and JSON: strings with nothing but white space between them, or `array([…], dtype=object)`. */
const NUMPY_LIST = /^\[\s*(?:'[^']*'|"[^"]*")(?:\s+(?:'[^']*'|"[^"]*"))+\s*\]$/
const NUMPY_ARRAY = /^array\((\[[\s\S]*\])(?:,\s*dtype=[^)]*)?\)$/
const QUOTED = /'[^']*'|"[^"]*"/g

/**
 * A cell as a list of texts, each as it stands there: a list, a Python, numpy or JSON list written in a text, any other text as the only entry, nothing as
 * none. Undefined for a text that begins as a list and is none.
 */
export function entries(cell: unknown): string[] | undefined {
  const written = (entry: unknown): string => (typeof entry === 'string' ? entry : text(entry))
  if (Array.isArray(cell)) return cell.map(written)
  const told = text(cell)
  if (told === '') return []
  const array = NUMPY_ARRAY.exec(told)?.[1]
  if (array !== undefined) return entries(array)
  if (!told.startsWith('[')) return [told]
  if (NUMPY_LIST.test(told)) return [...told.matchAll(QUOTED)].map(([quoted]) => quoted.slice(1, -1))
  try {
    const list = parsePython(told)
    return Array.isArray(list) ? list.map(written) : undefined
  } catch {
    return undefined
  }
}

const ADDRESS = /^https?:\/\/\S{1,2000}$/i
/** Amazon's names of one picture's sizes, the smallest first: it is shown as small as a thumb */
const SIZES = ['thumb', 'large', 'hi_res'] as const

/** The first web address of a picture in a cell: a text, a list, Amazon's objects of sizes, or lists by size; the empty text where there is none. */
export function picture(cell: unknown): string {
  if (typeof cell === 'string') return (entries(cell) ?? []).map((entry) => entry.trim()).find((entry) => ADDRESS.test(entry)) ?? ''
  if (Array.isArray(cell)) {
    for (const entry of cell) {
      const found = picture(entry)
      if (found !== '') return found
    }
    return ''
  }
  if (typeof cell !== 'object' || cell === null) return ''
  return SIZES.map((size) => picture((cell as Row)[size])).find((found) => found !== '') ?? ''
}

/** A cell as a number; undefined where it is absent or empty, NaN where it is something else. */
export function number(cell: unknown): number | undefined {
  if (typeof cell === 'number') return cell
  if (typeof cell === 'bigint') return Number(cell)
  if (cell === undefined || cell === null) return undefined
  const told = text(cell)
  if (told === '') return typeof cell === 'string' ? undefined : Number.NaN
  return Number(told)
}

/** Tags of a cell: a list, a list written in a text, or words between commas, semicolons or bars; each once, in their order. */
export function tagsOf(cell: unknown): string[] {
  const told = entries(cell) ?? []
  const parts = told.length === 1 && typeof cell === 'string' ? told[0]!.split(/[,;|]/) : told
  return [...new Set(parts.map((part) => part.replaceAll(/\s+/g, ' ').trim()).filter((part) => part !== ''))]
}

/** An amount as shops print it: a number, or one after a currency's sign; undefined for anything else, a range of prices for one. */
export function amount(cell: unknown): number | undefined {
  if (typeof cell === 'number' || typeof cell === 'bigint') return Number.isFinite(Number(cell)) ? Number(cell) : undefined
  const [, digits] = /^[^\d.+-]{0,8}(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)$/.exec(text(cell)) ?? []
  return digits === undefined ? undefined : Number(digits.replaceAll(',', ''))
}

/** Seconds since 1970 of a date as it is written ("October 5, 2017", "2017-10-05"), taken as UTC; undefined where it is none. */
export function dated(cell: unknown): number | undefined {
  if (cell instanceof Date) return cell.getTime() / 1000
  const told = text(cell)
  if (!/\d{4}/.test(told) || !/^[\w ,.:+-]{8,40}$/.test(told)) return undefined
  const time = Date.parse(/^\d{4}-\d\d-\d\d/.test(told) ? told : `${told} UTC`)
  return Number.isNaN(time) ? undefined : time / 1000
}

/** The numbers and tags that a product has, without those that are not there. */
export function factsOf(numbers: Readonly<Record<string, number | undefined>>, tags: readonly string[]): Pick<Product, 'numbers' | 'tags'> {
  const told = Object.entries(numbers).filter((entry): entry is [string, number] => entry[1] !== undefined && Number.isFinite(entry[1]))
  return { ...(told.length > 0 ? { numbers: Object.fromEntries(told) } : {}), ...(tags.length > 0 ? { tags } : {}) }
}

/** 0 and 1 however they are written; undefined where the cell is absent. */
export function flag(cell: unknown): boolean | undefined {
  if (typeof cell === 'boolean') return cell
  const told = text(cell).toLowerCase()
  if (told === '') return undefined
  return told === 'true' || Number(told) === 1
}

/** What a person sees of a cell: at most 60 letters. */
export function shown(cell: unknown): string {
  const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
  const told = typeof cell === 'string' ? cell : JSON.stringify(cell, plain) ?? 'nothing'
  return told.length > 60 ? `${told.slice(0, 59)}…` : told
}

/** The first of `columns` that says something. */
export function firstText(row: Row, ...columns: readonly string[]): string {
  for (const column of columns) {
    const told = text(row[column])
    if (told !== '') return told
  }
  return ''
}

export function has(shape: Shape, ...columns: readonly string[]): boolean {
  return columns.every((column) => shape.columns.has(column) || shape.first.some((row) => row[column] !== undefined))
}

export function hasAny(shape: Shape, ...columns: readonly string[]): boolean {
  return columns.some((column) => has(shape, column))
}

/** The id of a query whose file gives none: the same text has the same id in every file. */
export function textId(query: string): string {
  const half = (part: string): string => hashText(part).toString(16).padStart(8, '0')
  return `q${half(query)}${half(`${query}\n`)}`
}

const MILLISECONDS_FROM = 1e11

/**
 * A time as seconds since 1970, of seconds or milliseconds (which no file of purchases can mean by less than 1e11). Rejects the row and gives NaN
 * for what is no time.
 */
export function seconds(row: Row, column: string, at: Place, sink: Sink): number | undefined {
  const told = number(row[column])
  if (told === undefined) return undefined
  if (!Number.isFinite(told)) {
    sink.reject(at, column, `${called(column)} is "${shown(row[column])}"; seconds or milliseconds since 1970 are needed`)
    return Number.NaN
  }
  return Math.abs(told) >= MILLISECONDS_FROM ? told / 1000 : told
}

/** Whether the row has a text in `column`; rejects it where not. */
export function needs(value: string, column: string, remedy: string, at: Place, sink: Sink): boolean {
  if (value === '') sink.reject(at, column, `${called(column)} is missing; ${remedy}`)
  return value !== ''
}

export const WITHOUT_BUYER = 'a purchase without a buyer belongs to no history'
export const WITHOUT_PRODUCT = 'a purchase without a product tells nothing'

/** A column as people call it: those without names are counted from 1. */
function called(column: string): string {
  return /^\d+$/.test(column) ? `field ${Number(column) + 1}` : column
}

/** What Amazon numbers products by: B and nine letters or digits, or an ISBN. */
export function isAsin(id: string): boolean {
  return /^(?:B[0-9A-Z]{9}|\d{9}[\dX])$/.test(id)
}
