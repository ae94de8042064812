// The exact best k of a catalogue for a batch of queries by inner product: a stretch of scores at a time, folded into the best so far.
import type { Gpu, Recording, Tensor } from '../../gpu/gpu.ts'
import { matmul } from '../matmul/matmul.ts'
import foldSource from './fold.wgsl?raw'
import rowsSource from './rows.wgsl?raw'

/** Consecutive rows of the catalogue's matrix that one buffer holds: [count, width] from row `first`. */
export interface Slab {
  readonly rows: Tensor
  readonly first: number
  readonly count: number
}

/** Most entries a query: a grid's side. Memory says less before that: see `topKWords`. */
export const MAX_K = 65_535

/** Products scored at once: with them, queries × STRETCH scores lie in memory, whatever the catalogue. */
const STRETCH = 8192

/**
 * Products of 64 numbers are summed by themselves and then added up: a rounding error is then one of a small sum. Over unit vectors of
 * length 384 that are near each other this keeps scores within 3e-7 of float64, where one running sum strays by 9e-7.
 */
const DEPTH = 64

/** Words of each tensor of `topK`, all of which must fit this adapter's binding limit. */
export function topKWords(queries: number, products: number, k: number): { scores: number; best: number; pool: number; state: number } {
  const stretch = Math.min(STRETCH, products)
  return { scores: queries * stretch, best: queries * k * 2, pool: queries * (k + stretch) * 2, state: queries * 2 }
}

export interface TopKArgs {
  /** [queryCount, width] */
  readonly queries: Tensor
  readonly queryCount: number
  readonly width: number
  /** in ascending order, from position 0 without a gap */
  readonly slabs: readonly Slab[]
  /** at most the number of products */
  readonly k: number
  /** scratch of `topKWords` words each; `state` is cleared here */
  readonly scores: Tensor
  readonly pool: Tensor
  readonly state: Tensor
  /** [queryCount, k] of (rank, position) in any order; read with `entriesOf` */
  readonly best: Tensor
  /** [queryCount, k, width]: the rows of what was found, in the order of `best` */
  readonly rows?: Tensor
}

/**
 * Records the search. Of equal scores the lower positions are taken; equal rows have equal scores, to the bit. Scores must not be NaN.
 * Throws when k is beyond its limits.
 */
export function topK(recording: Recording, args: TopKArgs): void {
  const { gpu } = recording
  const { queries, queryCount, width, slabs, k, scores, pool, state, best, rows } = args
  const products = slabs.reduce((sum, { count }) => sum + count, 0)
  if (!Number.isInteger(k) || k < 1 || k > Math.min(products, MAX_K)) {
    throw new Error(`topk: k is ${k} of ${products} products; a whole number from 1 to ${Math.min(products, MAX_K)} is needed`)
  }
  const stretch = Math.min(STRETCH, products)
  const fold = gpu.kernel('topk fold', foldSource)
  recording.clear(state, queryCount * 2)
  for (const slab of slabs) {
    for (let from = 0; from < slab.count; from += stretch) {
      const count = Math.min(stretch, slab.count - from)
      for (let at = 0; at < width; at += DEPTH) {
        matmul(recording, {
          op: 'nt', m: queryCount, n: count, k: Math.min(DEPTH, width - at), a: queries, lda: width, aOffset: at,
          b: slab.rows, ldb: width, bOffset: from * width + at, c: scores, ldc: stretch, accumulate: at > 0,
        })
      }
      recording.dispatch(fold, [scores, best, pool, state], [count, stretch, slab.first + from, k, 0], [queryCount])
    }
  }
  if (rows === undefined) return
  const kernel = gpu.kernel('topk rows', rowsSource)
  for (const { rows: slab, first, count } of slabs) recording.dispatch(kernel, [best, slab, rows], [k, first, count, width], [k, queryCount])
}

/**
 * The same of scores that are there already: of columns [from, to) of scores [queryCount, stride], the best k of each row; positions are columns.
 * pool: [queryCount, k + stride, 2] and state: [queryCount, 2] are scratch. Scores must not be NaN.
 */
export function topKOfScores(
  recording: Recording, { scores, pool, state, best }: Pick<TopKArgs, 'scores' | 'pool' | 'state' | 'best'>,
  { queryCount, stride, from, to, k }: { readonly queryCount: number; readonly stride: number; readonly from: number; readonly to: number; readonly k: number },
): void {
  recording.clear(state, queryCount * 2)
  recording.dispatch(recording.gpu.kernel('topk fold', foldSource), [scores, best, pool, state], [to - from, stride, from, k, from], [queryCount])
}

/** Splits `count` rows of `width` numbers so that every part fits one binding: the rows of each part, in order. */
export function slabCounts(gpu: Gpu, count: number, width: number): number[] {
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits
  const most = Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize, MOST_BYTES) / 4 / width)
  return Array.from({ length: Math.ceil(count / most) }, (_, part) => Math.min(most, count - part * most))
}

/** Drivers refuse single allocations near their advertised limit; parts of this size cost nothing. */
const MOST_BYTES = 512 * 2 ** 20

/** One query's entries of `best`, by score and then by lower position. words: [k] of (rank, position) */
export function entriesOf(words: Uint32Array): { positions: Uint32Array; scores: Float32Array; order: Uint32Array } {
  const k = words.length / 2
  const order = Uint32Array.from({ length: k }, (_, i) => i).sort((a, b) => words[b * 2]! - words[a * 2]! || words[a * 2 + 1]! - words[b * 2 + 1]!)
  const bits = order.map((i) => scoreBits(words[i * 2]!))
  return { positions: order.map((i) => words[i * 2 + 1]!), scores: new Float32Array(bits.buffer), order }
}

/** The inverse of the kernel's `rank`. */
const scoreBits = (rank: number): number => (rank >= 0x80000000 ? rank & 0x7fffffff : ~rank) >>> 0
