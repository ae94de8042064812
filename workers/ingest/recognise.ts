// Says what files are from their first kilobytes: the container by its bytes, the format by its columns, never by a name.
import type { Recognised } from '../../src/protocol/ingest.ts'
import type { Format, Shape } from './format.ts'

/** A file with what it turned out to be. Without a format it is a table that a person maps, and `recognised.role` is 'unknown'. */
export interface Known {
  readonly file: File
  readonly recognised: Recognised
  readonly format: Format | undefined
  readonly shape: Shape
}

/**
 * Recognises one file among `formats` (FORMATS of formats/formats.ts). Throws a sentence that names the file when it is empty, no text and no
 * Parquet, damaged within its first kilobytes, or when two formats claim it.
 */
export function recogniseFile(_file: File, _formats: readonly Format[]): Promise<Known> {
  return Promise.reject(new Error('recognition is not here yet'))
}

/** What every file is, in the order given; see recogniseFile. */
export async function recognise(files: readonly File[], formats: readonly Format[]): Promise<readonly Recognised[]> {
  const known: Recognised[] = []
  for (const file of files) known.push((await recogniseFile(file, formats)).recognised)
  return known
}
