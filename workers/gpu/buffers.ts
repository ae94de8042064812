// Every GPU buffer that exists: named, counted by purpose, its peak kept; freed ones are pooled by size and taken again.
import { bufferBytes, POOL_BUFFER_BYTES, POOL_BUFFERS, POOL_BYTES } from '../../src/domain/buffers.ts'

/** Purpose under which freed buffers are counted until they are taken again or destroyed. */
export const POOL = 'pool'

const MAP_READ = 0x1 | 0x8 // MAP_READ | COPY_DST

interface Held {
  readonly buffer: GPUBuffer
  readonly usage: number
  /** worth pooling */
  readonly reusable: boolean
}

export interface BufferCount {
  readonly bytes: Readonly<Record<string, number>>
  readonly total: number
  readonly peak: number
  readonly peakBytes: Readonly<Record<string, number>>
}

export class Buffers {
  readonly #bytes = new Map<string, number>()
  readonly #owners = new Map<GPUBuffer, { purpose: string; usage: number }>()
  /** freed buffers that recorded commands may still use */
  #retired: Held[] = []
  /** free to be taken, the longest unused first; and the same by usage and size */
  readonly #pool = new Set<Held>()
  readonly #classes = new Map<string, Held[]>()
  #pooled = 0
  #total = 0
  #peak = 0
  #peakBytes: ReadonlyMap<string, number> = new Map()

  constructor(readonly device: GPUDevice) {}

  /** A buffer of at least `size` bytes; `dirty` when it was used before and holds old values. */
  take(purpose: string, size: number, usage: number): { buffer: GPUBuffer; dirty: boolean } {
    const wanted = bufferBytes(size)
    const known = this.#classes.get(`${usage} ${wanted}`)?.pop()
    if (known !== undefined) {
      this.#pool.delete(known)
      this.#pooled -= wanted
      this.#move(wanted, POOL, purpose)
      this.#owners.set(known.buffer, { purpose, usage })
      return { buffer: known.buffer, dirty: true }
    }
    const buffer = this.device.createBuffer({ label: purpose, size: wanted, usage })
    this.#owners.set(buffer, { purpose, usage })
    this.#move(wanted, undefined, purpose)
    return { buffer, dirty: false }
  }

  /** Gives a buffer back, once: to the pool where `reusable`. With `busy`, recorded commands may still use it: it is settled by the next `sweep`. */
  free(buffer: GPUBuffer, busy: boolean, reusable = true): void {
    const owner = this.#owners.get(buffer)
    if (owner === undefined) return
    this.#owners.delete(buffer)
    this.#move(buffer.size, owner.purpose, POOL)
    const held = { buffer, usage: owner.usage, reusable }
    if (busy) this.#retired.push(held)
    else this.#keep(held)
  }

  /** A copy of `size` bytes from `offset`, once all submitted work before it is done. */
  async read(buffer: GPUBuffer, offset: number, size: number): Promise<ArrayBuffer> {
    if (size === 0) return new ArrayBuffer(0)
    const { buffer: staging } = this.take('readback', size, MAP_READ)
    try {
      const encoder = this.device.createCommandEncoder()
      encoder.copyBufferToBuffer(buffer, offset, staging, 0, size)
      this.device.queue.submit([encoder.finish()])
      await staging.mapAsync(1, 0, size)
      const bytes = staging.getMappedRange(0, size).slice(0)
      staging.unmap()
      return bytes
    } finally {
      this.free(staging, false)
    }
  }

  /** After a submit. Buffers that yet another recording may use are destroyed, so that its submit fails loudly instead of computing on reused memory. */
  sweep(others: boolean): void {
    const retired = this.#retired
    if (retired.length === 0) return
    this.#retired = []
    for (const held of retired) {
      if (others) this.#destroy(held)
      else this.#keep(held)
    }
  }

  /** Destroys what the pool holds and what recorded commands may still use: their submit then fails loudly. */
  trim(): void {
    for (const held of [...this.#pool, ...this.#retired]) this.#destroy(held)
    this.#retired = []
    this.#pool.clear()
    this.#classes.clear()
    this.#pooled = 0
  }

  resetPeak(): void {
    this.#peak = this.#total
    this.#peakBytes = new Map(this.#bytes)
  }

  get count(): BufferCount {
    const plain = (counts: ReadonlyMap<string, number>): Record<string, number> => Object.fromEntries([...counts].filter(([, count]) => count > 0))
    return { bytes: plain(this.#bytes), total: this.#total, peak: this.#peak, peakBytes: plain(this.#peakBytes) }
  }

  /** Pools a buffer, or destroys it when it is large or not worth it; the pool stays within its bound by giving up what was unused longest. */
  #keep(held: Held): void {
    const { size } = held.buffer
    if (!held.reusable || size > POOL_BUFFER_BYTES) return this.#destroy(held)
    const key = `${held.usage} ${size}`
    const equals = this.#classes.get(key) ?? []
    this.#classes.set(key, equals)
    equals.push(held)
    this.#pool.add(held)
    this.#pooled += size
    for (const oldest of this.#pool) {
      if (this.#pooled <= POOL_BYTES && this.#pool.size <= POOL_BUFFERS) return
      this.#pool.delete(oldest)
      this.#classes.get(`${oldest.usage} ${oldest.buffer.size}`)?.shift()
      this.#pooled -= oldest.buffer.size
      this.#destroy(oldest)
    }
  }

  #destroy({ buffer }: Held): void {
    this.#move(buffer.size, POOL, undefined)
    buffer.destroy()
  }

  #move(size: number, from: string | undefined, to: string | undefined): void {
    if (from !== undefined) this.#bytes.set(from, (this.#bytes.get(from) ?? 0) - size)
    if (to !== undefined) this.#bytes.set(to, (this.#bytes.get(to) ?? 0) + size)
    if (from === undefined) this.#total += size
    if (to === undefined) this.#total -= size
    if (this.#total <= this.#peak) return
    this.#peak = this.#total
    this.#peakBytes = new Map(this.#bytes)
  }
}
