// Files that a person gave: what they were recognised as, what is still to be said of them, and the name of the dataset they make.
import type { ColumnMapping, EsciFilter, Recognised } from '../client/ingest.ts'

export interface Given {
  readonly name: string
  readonly files: readonly File[]
  /** in the files' order */
  readonly recognised: readonly Recognised[]
  /** by file name, for files of role 'unknown': suggested, until a person confirms or changes it */
  readonly mappings: Readonly<Record<string, ColumnMapping>>
  readonly filter: EsciFilter
  /** files of role 'unknown': nothing is read before somebody says what their columns mean */
  readonly unmapped: readonly string[]
}

const ENDINGS = /\.(parquet|csv|tsv|jsonl|json|txt|gz|qrels|run|trec)$/i
const NAMED = 3

function stem(name: string): string {
  const shorter = name.replace(ENDINGS, '')
  return shorter === name || shorter === '' ? name : stem(shorter)
}

/** The files' names without their endings, the first few. */
export function nameOf(files: readonly File[]): string {
  const named = files.slice(0, NAMED).map(({ name }) => stem(name)).join(' + ')
  return files.length > NAMED ? `${named} and ${files.length - NAMED} more` : named
}

export function given(files: readonly File[], recognised: readonly Recognised[], filter: EsciFilter): Given {
  const unknown = recognised.filter(({ role }) => role === 'unknown')
  const mappings = Object.fromEntries(unknown.flatMap(({ file, suggested }) => (suggested === undefined ? [] : [[file, suggested] as const])))
  return { name: nameOf(files), files, recognised, mappings, filter, unmapped: unknown.map(({ file }) => file) }
}

/**
 * Files dropped after others that were not enough to be read join them (products first, then their examples), unless they bring
 * every kind that was there: then they stand instead of them.
 */
export function joined(before: Given | undefined, files: readonly File[], recognised: readonly Recognised[], filter: EsciFilter): Given {
  const roles = new Set(recognised.map(({ role }) => role))
  if (before === undefined || before.recognised.every(({ role }) => roles.has(role))) return given(files, recognised, filter)
  const all = given([...before.files, ...files], [...before.recognised, ...recognised], filter)
  return { ...all, mappings: { ...all.mappings, ...before.mappings } }
}
