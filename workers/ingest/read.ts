// Drives one file from its bytes to a sink: container → records → Format.read, streaming, with progress and cancelling.
import type { Format, Sink } from './format.ts'
import { openFile, readLayout } from './layout.ts'
import { choose } from './recognise.ts'
import { FileError } from './source.ts'

export interface ReadFileOptions {
  readonly signal?: AbortSignal
  /** rows and bytes of this file so far; bytes are those of the file as it lies on the disk */
  readonly onProgress?: (progress: { readonly rows: number; readonly bytes: number }) => void
}

/** A file of which more than half can't be read, once that many could not, is no file of its kind. */
const MANY_BROKEN = 1000
const PROGRESS_ROWS = 256
const PROGRESS_MS = 100

/**
 * Reads a whole file as `format` says (recogniseFile's, or mappedFormat's of mapping.ts) and gives each record to it with the sink.
 * A record that its container can't read (a broken line, a row with too few fields, bytes that are no UTF-8) is rejected to the sink by row.
 * Throws a sentence that names the file and the byte offset or row when the file is truncated or corrupt, and what the signal says when it is
 * aborted.
 */
export async function readFile(file: File, format: Format, sink: Sink, options: ReadFileOptions = {}): Promise<{ readonly rows: number }> {
  const { signal, onProgress } = options
  const opened = await openFile(file, signal)
  const { layout } = await choose(opened, [format])
  let rows = 0
  let broken = 0
  let told = performance.now()
  let failure: { readonly error: unknown } | undefined
  const progress = (): void => {
    told = performance.now()
    onProgress?.({ rows, bytes: Math.min(opened.source.position, file.size) })
  }
  const take = {
    row(row: Readonly<Record<string, unknown>>, number: number): void {
      rows = number
      const at = { file: file.name, row: number }
      try {
        format.read(row, at, sink)
      } catch (error) {
        if (error instanceof RangeError) sink.reject(at, '', `the record can't be understood (${error.message})`)
        else {
          failure = { error }
          throw error
        }
      }
      if (number % PROGRESS_ROWS === 0 && performance.now() - told >= PROGRESS_MS) progress()
    },
    reject(number: number, column: string, reason: string): void {
      rows = number
      broken++
      if (broken > MANY_BROKEN && broken * 2 > number) {
        throw new FileError(
          `file ${file.name} is damaged or no ${layout.container === 'tsv' || layout.container === 'csv' ? 'table' : layout.container}: `
          + `${broken} of its first ${number} rows can't be read (the last one: ${reason}); nothing of it was used`,
        )
      }
      sink.reject({ file: file.name, row: number }, column, reason)
    },
  }
  try {
    await readLayout(opened, layout, format.columns, take)
  } catch (error) {
    // what the format or the sink threw (a full disk, say) is no damage of the file
    throw failure?.error ?? error
  }
  opened.source.position = file.size
  progress()
  return { rows }
}
