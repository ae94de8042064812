// Drives one file from its bytes to a sink: container → records → Format.read, streaming, with progress and cancelling.
import type { Format, Sink } from './format.ts'

export interface ReadFileOptions {
  readonly signal?: AbortSignal
  /** rows and bytes of this file so far; bytes are those of the file as it lies on the disk */
  readonly onProgress?: (progress: { readonly rows: number; readonly bytes: number }) => void
}

/**
 * Reads a whole file as `format` says (recogniseFile's, or mappedFormat's of mapping.ts) and gives each record to it with the sink.
 * A record that its container can't read (a broken line, a row with too few fields, bytes that are no UTF-8) is rejected to the sink by row.
 * Throws a sentence that names the file and the byte offset or row when the file is truncated or corrupt, and what the signal says when it is aborted.
 */
export function readFile(_file: File, _format: Format, _sink: Sink, _options: ReadFileOptions = {}): Promise<{ readonly rows: number }> {
  return Promise.reject(new Error('reading is not here yet'))
}
