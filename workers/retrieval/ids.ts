// Product ids kept as text in shared memory: rankings are joined from it, and an id is found again.
import { spell } from '../../src/domain/analysis/terms.ts'
import type { Texts } from './dictionary.ts'

let buffer = new Uint16Array(1 << 14)

/** The ids at `positions`, joined by line feeds. */
export function idsOf({ chars, starts }: Texts, positions: Uint32Array): string {
  let used = 0
  for (const position of positions) {
    const start = starts[position]!
    const length = starts[position + 1]! - start
    if (used + length + 1 > buffer.length) {
      const larger = new Uint16Array(2 * (used + length + 1))
      larger.set(buffer)
      buffer = larger
    }
    for (let at = 0; at < length; at++) buffer[used++] = chars[start + at]!
    buffer[used++] = 0x0a
  }
  return spell(buffer, Math.max(0, used - 1))
}

/** The position of `id`, or -1. */
export function positionOf({ chars, starts }: Texts, id: string): number {
  for (let position = 0; position + 1 < starts.length; position++) {
    const start = starts[position]!
    if (starts[position + 1]! - start !== id.length) continue
    let at = 0
    while (at < id.length && chars[start + at] === id.charCodeAt(at)) at++
    if (at === id.length) return position
  }
  return -1
}
