// How far a read is, how fast it goes and how long it takes yet: what the page shows while files become a dataset.
import type { IngestProgress } from '../../client/ingest.ts'

export interface Reading {
  readonly what: string
  readonly phase: 'fetching' | 'recognising' | 'reading' | 'opening' | 'indexing'
  /** 0 to 1 */
  readonly share: number
  /** the file under way; empty where there is none */
  readonly file: string
  readonly rows: number
  readonly bytes: number
  readonly totalBytes: number
  /** undefined until there is something to go by */
  readonly rowsPerSecond: number | undefined
  readonly secondsLeft: number | undefined
}

/** A phase at its beginning. */
export function beginning(what: string, phase: Reading['phase']): Reading {
  return { what, phase, share: 0, file: '', rows: 0, bytes: 0, totalBytes: 0, rowsPerSecond: undefined, secondsLeft: undefined }
}

/** Rates of less than this many seconds say nothing. */
const SETTLED_S = 0.5

/** What progress comes to, `seconds` after the phase began. */
export function progressed(what: string, phase: Reading['phase'], { file, rows, bytes, totalBytes }: IngestProgress, seconds: number): Reading {
  const settled = seconds >= SETTLED_S && bytes > 0
  return {
    what, phase, file, rows, bytes, totalBytes, share: totalBytes > 0 ? Math.min(1, bytes / totalBytes) : 0,
    rowsPerSecond: settled && rows > 0 ? rows / seconds : undefined,
    secondsLeft: settled ? Math.max(0, (totalBytes - bytes) / bytes * seconds) : undefined,
  }
}
