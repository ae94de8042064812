// Cuts a product that would hold the GPU for long into products of fewer rows or columns of C; every element is still summed in its one order.
import type { MatmulArgs } from './matmul.ts'
import { chunksOf, type Family, type Layout } from './matmul.plan.ts'

const ROWS = 32
const TALL_ROWS = 64 // a part's rows are a multiple of the largest tile's
const FEW_ROWS = 16
const COLUMNS = 64 // so that a bias starts on 256 bytes
/** Of a nn product, as the gradient through a head over a large vocabulary: longer ones are added up from products over as much of k. */
const LONGEST_K = 1 << 15

/**
 * The products to record for one of `args`, in order, each of about `operations` floating-point operations at most.
 * nn is cut along k beyond LONGEST_K: by k alone, so that bytes are the same however fast the adapter is. Rows of C are cut; columns where there are few rows and B's rows are C's columns (nt). A tn product that is split along k stays whole.
 */
export function partsOf(args: MatmulArgs, layout: Layout, operations: number, family: Family): readonly MatmulArgs[] {
  if (layout.op !== 'nn' || layout.k <= LONGEST_K) return piecesOf(args, layout, operations, family)
  const { bias: _, add: __, ...rest } = args
  return Array.from({ length: Math.ceil(layout.k / LONGEST_K) }, (___, i) => {
    const first = i * LONGEST_K
    const k = Math.min(LONGEST_K, layout.k - first)
    const slice = { ...layout, k, aOffset: layout.aOffset + first, bOffset: layout.bOffset + first * layout.ldb }
    return piecesOf({ ...(i === 0 ? args : { ...rest, accumulate: true }), ...slice }, slice, operations, family)
  }).flat()
}

function piecesOf(args: MatmulArgs, layout: Layout, operations: number, family: Family): readonly MatmulArgs[] {
  const { op, m, n, k } = layout
  const wanted = Math.ceil((2 * m * n * k) / operations)
  if (wanted <= 1) return [args]
  const columns = op === 'nt' && m < 2 * ROWS
  const whole = columns ? n : m
  const grain = columns ? COLUMNS : op === 'nn' && m <= 2 * ROWS ? FEW_ROWS : TALL_ROWS
  const size = Math.max(grain, Math.ceil(whole / wanted / grain) * grain)
  if (op === 'tn' && chunksOf({ op, m: Math.min(size, whole % size || size), n, k }, family) !== 1) return [args]
  return Array.from({ length: Math.ceil(whole / size) }, (_, i) => {
    const first = i * size
    const count = Math.min(size, whole - first)
    return columns ? columnsOf(args, layout, first, count) : rowsOf(args, layout, first, count)
  })
}

function rowsOf(args: MatmulArgs, { op, lda, ldb, ldc, aOffset, cOffset }: Layout, first: number, m: number): MatmulArgs {
  return { ...args, m, lda, ldb, ldc, aOffset: aOffset + first * (op === 'tn' ? 1 : lda), cOffset: cOffset + first * ldc }
}

function columnsOf(args: MatmulArgs, { lda, ldb, ldc, bOffset, cOffset }: Layout, first: number, n: number): MatmulArgs {
  const { bias } = args
  return {
    ...args, n, lda, ldb, ldc, bOffset: bOffset + first * ldb, cOffset: cOffset + first,
    ...(bias && { bias: { buffer: bias.buffer, offset: bias.offset + first * 4, size: n * 4 } }),
  }
}
