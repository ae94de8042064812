// Exact search where a browser has no graphics adapter: every inner product in float64, on this thread. Many times slower than the kernel.
import type { Nearest, Search } from './exact.ts'

/** Rows of one array: far below what a browser allots at once. */
const PART_BYTES = 256 * 2 ** 20

/** A matrix of unit vectors in memory: [products, width]. */
export class ProcessorSearch implements Search {
  readonly #parts: { readonly first: number; readonly rows: Float32Array }[] = []

  constructor(readonly products: number, readonly width: number) {
    const most = Math.max(1, Math.floor(PART_BYTES / 4 / width))
    for (let first = 0; first < products; first += most) this.#parts.push({ first, rows: new Float32Array(Math.min(most, products - first) * width) })
  }

  get bytes(): number {
    return this.products * this.width * 4
  }

  write(first: number, rows: Float32Array): void {
    for (const part of this.#parts) {
      const from = Math.max(first, part.first)
      const to = Math.min(first + rows.length / this.width, part.first + part.rows.length / this.width)
      if (from < to) part.rows.set(rows.subarray((from - first) * this.width, (to - first) * this.width), (from - part.first) * this.width)
    }
  }

  /** The best `k` products of each query (all when there are fewer), by float64 inner product and then by position. */
  search(queries: Float32Array, k: number): Promise<Nearest[]> {
    const { products, width } = this
    const scores = new Float64Array(products)
    const order = new Uint32Array(products)
    return Promise.resolve(Array.from({ length: queries.length / width }, (_, query) => {
      const start = query * width
      for (const { first, rows } of this.#parts) {
        for (let row = 0; row * width < rows.length; row++) {
          let sum = 0
          for (let i = 0; i < width; i++) sum += queries[start + i]! * rows[row * width + i]!
          scores[first + row] = sum
        }
      }
      const positions = order.map((__, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, k)
      return { positions, scores: Float64Array.from(positions, (position) => scores[position]!) }
    }))
  }

  free(): void {
    this.#parts.length = 0
  }
}
