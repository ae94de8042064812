// Rejected rows, notes and counts while files are read: what was understood is told before it is used.
import type { Rejection } from '../../src/domain/dataset.ts'
import type { Place } from './format.ts'

/** Rejections told in full in the report; all are counted, and handed on one by one. */
const TOLD = 100
/** Reasons told apart; the rest are counted together. */
const REASONS = 100
export const OTHER_REASONS = 'other reasons'

export class Tally {
  readonly rejected: Rejection[] = []
  rejectedCount = 0
  readonly rejectedBy = new Map<string, number>()
  readonly filtered = new Map<string, number>()
  readonly notes = new Set<string>()

  constructor(private readonly onRejection?: (rejection: Rejection) => void) {}

  reject(at: Place, column: string, reason: string): void {
    const rejection = { file: at.file, row: at.row, column, reason }
    this.rejectedCount++
    if (this.rejected.length < TOLD) this.rejected.push(rejection)
    this.onRejection?.(rejection)
    const kind = kindOf(reason)
    count(this.rejectedBy, this.rejectedBy.has(kind) || this.rejectedBy.size < REASONS ? kind : OTHER_REASONS)
  }

  filter(column: string): void {
    count(this.filtered, column)
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/**
 * A reason without the values of its row, so that rows with one reason are counted together: dots for all from the first quote to the last (a value
 * may hold quotes of its own), for single letters in quotes, and for words with a digit.
 */
export function kindOf(reason: string): string {
  return reason.replace(/".*"/s, '"…"').replaceAll(/(?<!\p{L})'.{1,2}'/gsu, "'…'").replaceAll(/(?<![\w@])[\w.+-]*\d[\w.+-]*/g, '…')
}
