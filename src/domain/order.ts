// Which queries a step sees: a function of (seed, step) alone, so that two integers resume a run in the middle of an epoch.
import { Stream } from './random.ts'

/**
 * The `size` items of step `step` (from 0), without repeats within a step. Every epoch is a new order of all items;
 * what fills no whole step at its end is dropped there (drop_last, as released). Fewer items than `size`: all of them.
 * Each stage names a `stream` of its own.
 */
export function planBatch<T>(items: readonly T[], size: number, step: number, seed: number, stream = 'order'): T[] {
  if (items.length === 0) throw new Error(`step ${step}: 0 items to choose ${size} from; at least 1 is needed`)
  const perStep = Math.min(size, items.length)
  const perEpoch = Math.floor(items.length / perStep)
  const order = new Stream(seed, stream, Math.floor(step / perEpoch)).shuffle(items)
  const start = (step % perEpoch) * perStep
  return order.slice(start, start + perStep)
}

/** Holds out a seeded share for validation, at least one item if any; both parts keep the items' order. */
export function splitValidation<T>(items: readonly T[], share: number, seed: number): { training: T[]; validation: T[] } {
  const count = share === 0 || items.length < 2 ? 0 : Math.max(1, Math.round(share * items.length))
  const chosen = new Set(new Stream(seed, 'validation').shuffle(items.map((_, i) => i)).slice(0, count))
  return { training: items.filter((_, i) => !chosen.has(i)), validation: items.filter((_, i) => chosen.has(i)) }
}

/** A seeded draw of `most` items, all of them where there are no more, in the items' order; each use names a `stream` of its own. */
export function drawInOrder<T>(items: readonly T[], most: number, seed: number, use: string): readonly T[] {
  if (most >= items.length) return items
  const chosen = new Set(new Stream(seed, `evaluated ${use}`).shuffle(items.map((_, i) => i)).slice(0, most))
  return items.filter((_, i) => chosen.has(i))
}
