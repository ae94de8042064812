// A table that no format knows, read as a person says: a column mapping becomes a format, and likely mappings are suggested.
import type { ColumnMapping } from '../../src/protocol/ingest.ts'
import type { Format } from './format.ts'

/** The format that reads a table by its mapping. Throws a sentence when a column that its role needs is not mapped. */
export function mappedFormat(_mapping: ColumnMapping): Format {
  throw new Error('mappings are not here yet')
}

/** The likeliest meaning of the columns by their names; undefined when not even ids can be told. */
export function suggestMapping(_columns: readonly string[]): ColumnMapping | undefined {
  return undefined
}
