// Decides, from shape, strides and adapter alone, how a product is computed: tile, transposition, vector loads, split along k.

/** nn: C = A[m,k]·B[k,n]; nt: C = A[m,k]·B[n,k]ᵀ; tn: C = A[k,m]ᵀ·B[k,n] */
export type MatmulOp = 'nn' | 'nt' | 'tn'

/** A hand-written tile: a workgroup's rows and columns, k a turn, and its lanes a side where they share memory. All add along k in one order and give equal bytes. */
export const TILES = {
  quad64x32: { rows: 64, columns: 32, step: 8, side: 0 },
  quad32x32: { rows: 32, columns: 32, step: 4, side: 0 },
  quad16x16: { rows: 16, columns: 16, step: 4, side: 0 },
  quad16x8: { rows: 16, columns: 8, step: 4, side: 0 },
  quad16x4: { rows: 16, columns: 4, step: 4, side: 0 },
  lane4x4: { rows: 16, columns: 16, step: 4, side: 0 },
  shared64x64: { rows: 64, columns: 64, step: 4, side: 16 },
  shared32x32: { rows: 32, columns: 32, step: 4, side: 8 },
} as const
export type Tile = keyof typeof TILES

/**
 * Shapes that share a tile: `huge` has sixteen tiles of 64 × 32 and enough work to pay for a tile that compiles for a second; `large` has at least
 * 32 rows and columns and eight tiles of 32 × 32; `rank` has at most 8 columns, `column` at most 4.
 */
export type ShapeClass = 'huge' | 'large' | 'small' | 'rank' | 'column'
export type Choice = Readonly<Record<ShapeClass, Tile>>

/** What the adapter offers: quads are four neighbouring lanes on the software adapter only. */
export type Family = 'quad' | 'lane' | 'shared'

export const CANDIDATES: Readonly<Record<Family, Readonly<Record<ShapeClass, readonly Tile[]>>>> = {
  quad: { huge: ['quad64x32'], large: ['quad32x32', 'quad16x16'], small: ['quad16x16'], rank: ['quad16x8', 'quad16x16'], column: ['quad16x4', 'quad16x8'] },
  lane: { huge: ['lane4x4'], large: ['lane4x4'], small: ['lane4x4'], rank: ['lane4x4'], column: ['lane4x4'] },
  shared: { huge: ['shared64x64', 'shared32x32'], large: ['shared64x64', 'shared32x32'], small: ['shared32x32'], rank: ['shared32x32'], column: ['shared32x32'] },
}

export function familyOf(architecture: string, subgroups: boolean): Family {
  if (architecture !== 'swiftshader') return 'shared'
  return subgroups ? 'quad' : 'lane'
}

export function defaultChoice(family: Family): Choice {
  const { huge, large, small, rank, column } = CANDIDATES[family]
  return { huge: huge[0]!, large: large[0]!, small: small[0]!, rank: rank[0]!, column: column[0]! }
}

/** Sizes, strides and offsets in elements; strides are of rows as they lie in memory. */
export interface Layout {
  readonly op: MatmulOp
  readonly m: number
  readonly n: number
  readonly k: number
  readonly lda: number
  readonly ldb: number
  readonly ldc: number
  readonly aOffset: number
  readonly bOffset: number
  readonly cOffset: number
}

/** One side of the product: elements (row, k) lie at offset + row·row + k·k; `along` when k is the contiguous side. */
export interface Side {
  readonly offset: number
  readonly row: number
  readonly k: number
  readonly along: boolean
  /** loads in fours reach every element, none beyond the last */
  readonly fours: boolean
}

export interface Plan {
  readonly tile: Tile
  /** computed as Cᵀ = Bᵀ·Aᵀ, so that the short side is the columns */
  readonly transposed: boolean
  readonly m: number
  readonly n: number
  readonly left: Side
  readonly right: Side
  readonly cRow: number
  readonly cColumn: number
  readonly cFours: boolean
  readonly tail: boolean
  readonly chunks: number
  readonly chunk: number
}

const multiple = (...values: readonly number[]): boolean => values.every((value) => value % 4 === 0)

/** Chunks of k of a tn product: enough workgroups for the adapter when the output is small, at least 128 k each. By shape and adapter alone. */
export function chunksOf({ op, m, n, k }: Pick<Layout, 'op' | 'm' | 'n' | 'k'>, family: Family): number {
  if (op !== 'tn') return 1
  const tiles = Math.ceil(m / 16) * Math.ceil(n / 16)
  return Math.max(1, Math.min(Math.ceil((family === 'shared' ? 256 : 16) / tiles), Math.floor(k / 128)))
}

const HUGE = { cells: 16 * 64 * 32, multiplyAdds: 1 << 25 }

export function shapeClass(rows: number, columns: number, k: number): ShapeClass {
  if (columns <= 4) return 'column'
  if (columns <= 8) return 'rank'
  if (rows >= 64 && columns >= 32 && rows * columns >= HUGE.cells && rows * columns * k >= HUGE.multiplyAdds) return 'huge'
  return rows >= 32 && columns >= 32 && rows * columns >= 8 * 32 * 32 ? 'large' : 'small'
}

export function planMatmul(layout: Layout, family: Family, choice: Choice, forced?: Tile): Plan {
  const { op, m, n, k, lda, ldb, ldc, aOffset, bOffset, cOffset } = layout
  const a = op === 'tn'
    ? { offset: aOffset, row: 1, k: lda, along: false, fours: multiple(aOffset, lda, m) }
    : { offset: aOffset, row: lda, k: 1, along: true, fours: multiple(aOffset, lda, k) }
  const b = op === 'nt'
    ? { offset: bOffset, row: ldb, k: 1, along: true, fours: multiple(bOffset, ldb, k) }
    : { offset: bOffset, row: 1, k: ldb, along: false, fours: multiple(bOffset, ldb, n) }
  const transposed = family === 'quad' && m <= 8 && m < n
  const [left, right, rows, columns] = transposed ? [b, a, n, m] : [a, b, m, n]
  const tile = forced ?? choice[shapeClass(rows, columns, k)]
  const { side, step } = TILES[tile]
  const narrow = tile === 'quad16x8' || tile === 'quad16x4'
  const chunks = chunksOf(layout, family)
  return {
    tile, transposed, m: rows, n: columns,
    left: { ...left, fours: left.fours && side === 0 },
    right: { ...right, fours: right.fours && side === 0 && (right.along || !narrow) },
    cRow: transposed ? 1 : ldc, cColumn: transposed ? ldc : 1,
    cFours: !transposed && !narrow && chunks === 1 && multiple(cOffset, ldc, n),
    tail: op === 'tn' || k % step !== 0, // tokens come in any number: one kernel for all of them
    chunks, chunk: chunks === 1 ? k : Math.ceil(k / chunks / 4) * 4,
  }
}
