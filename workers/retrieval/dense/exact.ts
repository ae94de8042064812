// Exact search by inner product: the kernel finds candidates in float32, float64 puts them in order, and a proof says that none is missing.
import type { Gpu, Tensor } from '../../gpu/gpu.ts'
import { entriesOf, MAX_K, type Slab, slabCounts, topK, topKWords } from '../../kernels/topk/topk.ts'

export interface Nearest {
  readonly positions: Uint32Array
  /** inner products in float64 */
  readonly scores: Float64Array
}

/** Exact search, on whatever it runs. */
export interface Search {
  readonly width: number
  readonly bytes: number
  write(first: number, rows: Float32Array): void
  search(queries: Float32Array, k: number): Promise<Nearest[]>
  free(): void
}

/** How far the kernel's score of two unit vectors is from float64, at most. */
const SCORE_ERROR = 1e-6

/** Candidates are at least so many, and twice what is asked for. */
const LEAST = 64
/** Where ties reach beyond the candidates, their number is raised by this factor, up to MOST. */
const WIDER = 4
const MOST = 16_384
/** Bytes of candidates' rows that come back at once. */
const ROW_BYTES = 96 * 2 ** 20
/** Queries of one submit: their scores and pools must fit a binding. */
const QUERIES = 512
/** Operations of one submit: drivers reset a device that is busy for seconds. */
const OPERATIONS = 2e11
const MAP_READ = 0x1 | 0x8

interface Candidates {
  readonly positions: Uint32Array
  readonly scores: Float32Array
  /** place of entry i in `rows` */
  readonly order: Uint32Array
  readonly rows: Float32Array
}

/** A matrix of unit vectors on the GPU: [products, width]. */
export class ExactSearch implements Search {
  private constructor(private readonly gpu: Gpu, readonly products: number, readonly width: number, private readonly slabs: readonly Slab[]) {}

  /** Makes room for the matrix. Rejects with a sentence when the graphics memory is too small. */
  static async create(gpu: Gpu, products: number, width: number): Promise<ExactSearch> {
    let first = 0
    const [slabs, errors] = scoped(gpu, () => slabCounts(gpu, products, width).map((count): Slab => {
      const slab = { rows: gpu.tensor('embeddings', count * width), first, count }
      first += count
      return slab
    }))
    const search = new ExactSearch(gpu, products, width, slabs)
    try {
      await errors
    } catch (error) {
      search.free()
      throw new Error(
        `${products} embeddings of ${width} numbers need ${Math.ceil(search.bytes / 2 ** 20)} MB of graphics memory, and the device refused; `
        + 'close what else uses it, or choose a model with shorter embeddings',
        { cause: error },
      )
    }
    return search
  }

  get bytes(): number {
    return this.products * this.width * 4
  }

  /** Puts rows in their place. rows: [any number, width] from position `first`. */
  write(first: number, rows: Float32Array): void {
    for (const slab of this.slabs) {
      const from = Math.max(first, slab.first)
      const to = Math.min(first + rows.length / this.width, slab.first + slab.count)
      if (from >= to) continue
      this.gpu.write(slab.rows, rows.subarray((from - first) * this.width, (to - first) * this.width), (from - slab.first) * this.width)
    }
  }

  /**
   * The best `k` products of each query (all when there are fewer), by float64 inner product and then by position.
   * A batch of up to 512 whose candidates' rows fit 96 MiB takes one submit. queries: [count, width], unit vectors.
   */
  async search(queries: Float32Array, k: number): Promise<Nearest[]> {
    const count = queries.length / this.width
    const asked = Math.min(k, this.products)
    const found = Array.from({ length: count }, (): Nearest => ({ positions: new Uint32Array(0), scores: new Float64Array(0) }))
    if (asked === 0) return found
    if (asked > MAX_K) throw new Error(`dense: the best ${k} are asked for; at most ${MAX_K} can be found at once`)
    let open = Array.from({ length: count }, (_, query) => query)
    let depth = Math.min(this.products, MAX_K, Math.max(2 * asked, LEAST))
    for (; open.length > 0; depth = Math.min(this.products, MOST, depth * WIDER)) {
      const last = depth >= Math.min(this.products, MOST)
      const unproven: number[] = []
      const most = Math.max(1, Math.floor(Math.min(QUERIES, ROW_BYTES / (depth * this.width * 4), OPERATIONS / (2 * this.products * this.width))))
      for (let start = 0; start < open.length; start += most) {
        const group = open.slice(start, start + most)
        const batch = new Float32Array(group.length * this.width)
        group.forEach((query, i) => batch.set(this.#query(queries, query), i * this.width))
        for (const [i, candidates] of (await this.#candidates(batch, depth)).entries()) {
          const query = group[i]!
          const nearest = this.#rescore(this.#query(queries, query), candidates, asked)
          found[query] = nearest
          // what is no candidate scores at most the last candidate's score, and the kernel's error more
          if (!last && nearest.scores[asked - 1]! <= candidates.scores.at(-1)! + SCORE_ERROR) unproven.push(query)
        }
      }
      open = unproven
    }
    return found
  }

  /** The kernel's own float32 scores of the best `k`, best first: what `search` starts from. */
  async kernelScores(queries: Float32Array, k: number): Promise<{ positions: Uint32Array; scores: Float32Array }[]> {
    return this.#candidates(queries, k)
  }

  free(): void {
    for (const { rows } of this.slabs) this.gpu.free(rows)
  }

  #query(queries: Float32Array, query: number): Float32Array {
    return queries.subarray(query * this.width, (query + 1) * this.width)
  }

  #rescore(query: Float32Array, { positions, order, rows }: Candidates, k: number): Nearest {
    const { width } = this
    const exact = Float64Array.from(order, (at) => {
      let sum = 0
      for (let i = 0; i < width; i++) sum += query[i]! * rows[at * width + i]!
      return sum
    })
    const best = Uint32Array.from(exact, (_, i) => i).sort((a, b) => exact[b]! - exact[a]! || positions[a]! - positions[b]!).subarray(0, k)
    return { positions: best.map((i) => positions[i]!), scores: Float64Array.from(best, (i) => exact[i]!) }
  }

  /** One submit: scores, selection, the candidates' rows and their way back. */
  async #candidates(queries: Float32Array, k: number): Promise<Candidates[]> {
    const { gpu, width } = this
    const queryCount = queries.length / width
    const words = topKWords(queryCount, this.products, k)
    const rowWords = queryCount * k * width
    const tensors: Tensor[] = []
    const tensor = (elements: number): Tensor => {
      tensors.push(gpu.room('dense search', elements))
      return tensors.at(-1)!
    }
    const [staging, errors] = scoped(gpu, () => {
      const [scores, pool, state] = [tensor(words.scores), tensor(words.pool), tensor(words.state)]
      const [best, rows, asked] = [tensor(words.best), tensor(rowWords), tensor(queries.length)]
      gpu.write(asked, queries)
      const buffer = gpu.device.createBuffer({ label: 'dense search', size: (words.best + rowWords) * 4, usage: MAP_READ })
      const target = { buffer, offset: 0, size: buffer.size }
      const recording = gpu.record(true) // a batch is one submit, whatever the pace
      topK(recording, { queries: asked, queryCount, width, slabs: this.slabs, k, scores, pool, state, best, rows })
      recording.copy(best, target, words.best)
      recording.copy(rows, target, rowWords, 0, words.best)
      recording.submit()
      return buffer
    })
    try {
      await errors
      await staging.mapAsync(1)
      const bytes = staging.getMappedRange().slice(0)
      const [packed, copied] = [new Uint32Array(bytes, 0, words.best), new Float32Array(bytes, words.best * 4)]
      return Array.from({ length: queryCount }, (_, query) => ({
        ...entriesOf(packed.subarray(query * k * 2, (query + 1) * k * 2)), rows: copied.subarray(query * k * width, (query + 1) * k * width),
      }))
    } finally {
      staging.destroy()
      for (const each of tensors) gpu.free(each)
    }
  }
}

/** What `work` gives at once, and a promise that rejects when the device found it wrong or too much: WebGPU itself says nothing. */
function scoped<T>(gpu: Gpu, work: () => T): readonly [T, Promise<void>] {
  const { device } = gpu
  device.pushErrorScope('validation')
  device.pushErrorScope('out-of-memory')
  let result: T
  let errors: readonly [Promise<GPUError | null>, Promise<GPUError | null>]
  try {
    result = work()
  } finally {
    errors = [device.popErrorScope(), device.popErrorScope()]
  }
  return [result, Promise.all(errors).then(([memory, validation]) => {
    if (memory !== null) throw new Error(`dense search: the graphics memory is full (${memory.message}); close what else uses it`)
    if (validation !== null) throw new Error(`dense search: the device refused the work: ${validation.message}`)
  })]
}
