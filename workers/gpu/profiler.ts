// GPU time of every dispatch by timestamp queries: each stands in a pass of its own while profiling, and its bytes are the same as without.
import type { KernelTime } from '../../src/protocol/device.ts'
import type { Buffers } from './buffers.ts'
import type { Cost } from './pace.ts'

const DISPATCHES = 1024 // of one query set; each takes two of its at most 4,096 queries
const RESOLVE = 0x200 | 0x4 // QUERY_RESOLVE | COPY_SRC
const MAP_READ = 0x1 | 0x8

interface Sum {
  calls: number
  ms: number
  flops: number
  bytes: number
}

interface Batch {
  readonly set: GPUQuerySet
  readonly dispatches: { readonly kernel: string; readonly cost: Cost | undefined }[]
}

export class Profiler {
  #sums = new Map<string, Sum>()
  #batches: Batch[] = []
  readonly #pending = new Set<Promise<void>>()
  readonly #sets: GPUQuerySet[] = []

  constructor(readonly device: GPUDevice, readonly buffers: Buffers) {}

  /** The timestamps of one more dispatch. */
  next(kernel: string, cost: Cost | undefined): GPUComputePassTimestampWrites {
    let batch = this.#batches.at(-1)
    if (batch === undefined || batch.dispatches.length === DISPATCHES) {
      batch = { set: this.#sets.pop() ?? this.device.createQuerySet({ type: 'timestamp', count: 2 * DISPATCHES }), dispatches: [] }
      this.#batches.push(batch)
    }
    const at = 2 * (batch.dispatches.push({ kernel, cost }) - 1)
    return { querySet: batch.set, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 }
  }

  /** Records the reading of the timestamps that `encoder`'s commands write; call the result after their submit. */
  resolve(encoder: GPUCommandEncoder): () => void {
    const batches = this.#batches
    this.#batches = []
    const reads = batches.map((batch) => {
      const size = batch.dispatches.length * 16
      const [{ buffer: values }, { buffer: staging }] = [this.buffers.take('profile', size, RESOLVE), this.buffers.take('profile', size, MAP_READ)]
      encoder.resolveQuerySet(batch.set, 0, 2 * batch.dispatches.length, values, 0)
      encoder.copyBufferToBuffer(values, 0, staging, 0, size)
      return { batch, values, staging, size }
    })
    return () => {
      for (const { batch, values, staging, size } of reads) {
        const read = staging.mapAsync(1, 0, size).then(() => {
          this.#add(batch, new BigUint64Array(staging.getMappedRange(0, size).slice(0)))
          staging.unmap()
        }).catch(() => undefined).finally(() => { // a lost device says so elsewhere
          this.buffers.free(values, false)
          this.buffers.free(staging, false)
          this.#sets.push(batch.set)
          this.#pending.delete(read)
        })
        this.#pending.add(read)
      }
    }
  }

  /** Forgets dispatches whose commands were not submitted and never will be. */
  drop(): void {
    this.#sets.push(...this.#batches.splice(0).map(({ set }) => set))
  }

  /** Kernels by time, longest first, of all dispatches that were submitted. */
  async times(): Promise<KernelTime[]> {
    await Promise.all(this.#pending)
    return [...this.#sums].map(([kernel, sum]) => ({ kernel, ...sum })).sort((a, b) => b.ms - a.ms)
  }

  #add({ dispatches }: Batch, stamps: BigUint64Array): void {
    dispatches.forEach(({ kernel, cost }, i) => {
      const sum = this.#sums.get(kernel) ?? { calls: 0, ms: 0, flops: 0, bytes: 0 }
      this.#sums.set(kernel, sum)
      sum.calls++
      sum.ms += Math.max(0, Number((stamps[2 * i + 1] ?? 0n) - (stamps[2 * i] ?? 0n)) / 1e6)
      sum.flops += cost?.flops ?? 0
      sum.bytes += cost?.bytes ?? 0
    })
  }

  free(): void {
    for (const set of this.#sets.splice(0)) set.destroy()
  }
}
