// Uniform values by content: the same values stand in one place for as long as they recur, so that bind groups recur too.
import type { Buffers } from './buffers.ts'
import type { Uniform } from './gpu.ts'

const USAGE = 0x40 | 0x8 // UNIFORM | COPY_DST
const SLOT = 256 // the strictest alignment of a uniform binding
const PAGE = 1 << 16
const PAGES = 4
const WORDS = 64

/** A place of uniform values: `id` is unique among those known. */
export interface Slot {
  readonly id: number
  readonly buffer: GPUBuffer
  readonly offset: number
  readonly size: number
}

interface Page {
  readonly buffer: GPUBuffer
  readonly words: ArrayBuffer
  used: number
  written: number
}

export class Uniforms {
  readonly #slots = new Map<string, Slot>()
  #pages: Page[] = []
  #ids = 0
  readonly #floats = new Float32Array(WORDS)
  readonly #words = new Uint32Array(this.#floats.buffer)

  /** `forget` is told when all places are given up, with the buffers that held them. */
  constructor(readonly buffers: Buffers, readonly forget: (pages: readonly GPUBuffer[]) => void) {}

  /** Where `values` stand; they are on the GPU after the next `flush`. */
  place(values: readonly Uniform[]): Slot {
    if (values.length > WORDS) throw new Error(`a kernel was given ${values.length} uniform values, but a slot holds ${WORDS}`)
    let key = ''
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0
      if (typeof value === 'number') this.#words[i] = value
      else this.#floats[i] = value.f32
      key += `${this.#words[i]},`
    }
    const known = this.#slots.get(key)
    if (known !== undefined) return known
    const page = this.#page()
    const size = Math.max(16, Math.ceil(values.length / 4) * 16)
    const slot = { id: this.#ids++, buffer: page.buffer, offset: page.used, size }
    new Uint32Array(page.words, page.used, values.length).set(this.#words.subarray(0, values.length))
    page.used += SLOT
    this.#slots.set(key, slot)
    return slot
  }

  /** Writes what was placed since the last time. Places are never written twice, so commands under way are not disturbed. */
  flush(): void {
    for (const page of this.#pages) {
      if (page.written === page.used) continue
      this.buffers.device.queue.writeBuffer(page.buffer, page.written, page.words, page.written, page.used - page.written)
      page.written = page.used
    }
  }

  #page(): Page {
    const last = this.#pages.at(-1)
    if (last !== undefined && last.used < PAGE) return last
    if (this.#pages.length === PAGES) {
      this.flush()
      this.forget(this.#pages.map(({ buffer }) => buffer))
      this.#pages = []
      this.#slots.clear()
    }
    const page = { buffer: this.buffers.take('uniforms', PAGE, USAGE).buffer, words: new ArrayBuffer(PAGE), used: 0, written: 0 }
    this.#pages.push(page)
    return page
  }
}
