// The one source of chance: a counter-based generator, and named streams over it. Nothing else in the project draws.

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const
const PARITY = 0x1bd11bda

/**
 * Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 * Two unsigned 32-bit key words and two counter words in, two uniform 32-bit words out; the same on every machine.
 * The sampling kernel is the same function in WGSL.
 */
export function threefry2x32(key0: number, key1: number, counter0: number, counter1: number): [number, number] {
  const key = [key0 >>> 0, key1 >>> 0, (PARITY ^ key0 ^ key1) >>> 0] as const
  let x0 = (counter0 + key[0]) >>> 0
  let x1 = (counter1 + key[1]) >>> 0
  for (let round = 0; round < 20; round++) {
    const turn = ROTATIONS[round % 8]!
    x0 = (x0 + x1) >>> 0
    x1 = (((x1 << turn) | (x1 >>> (32 - turn))) ^ x0) >>> 0
    if (round % 4 === 3) {
      const injection = (round + 1) / 4
      x0 = (x0 + key[injection % 3]!) >>> 0
      x1 = (x1 + key[(injection + 1) % 3]! + injection) >>> 0
    }
  }
  return [x0, x1]
}

/**
 * A stream of chance: a function of the seed, the stream's name and any number of integers (an epoch, a query) and of nothing else,
 * so that no stream is moved by how much another has drawn.
 */
export class Stream {
  private readonly key0: number
  private readonly key1: number
  private counter = 0
  private spare: number | undefined

  constructor(seed: number, name: string, ...path: readonly number[]) {
    let [key0, key1] = threefry2x32(seed, hashText(name), 0, 0)
    for (const part of path) [key0, key1] = threefry2x32(key0, key1, part, Math.floor(part / 2 ** 32))
    this.key0 = key0
    this.key1 = key1
  }

  /** 32 uniform bits. */
  bits(): number {
    if (this.spare !== undefined) {
      const bits = this.spare
      this.spare = undefined
      return bits
    }
    const [first, second] = threefry2x32(this.key0, this.key1, this.counter, Math.floor(this.counter / 2 ** 32))
    this.counter++
    this.spare = second
    return first
  }

  /** Uniform in [0, 1), a multiple of 2^-53. */
  uniform(): number {
    return ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53
  }

  /** Uniform whole number in [0, below), without bias (draws that would favour small numbers are thrown away); `below` is 1 to 2^32. */
  integer(below: number): number {
    if (!Number.isInteger(below) || below < 1 || below > 2 ** 32) throw new Error(`integer below ${below}; a whole number from 1 to 2^32 is needed`)
    const fair = 2 ** 32 - (2 ** 32 % below)
    for (;;) {
      const bits = this.bits()
      if (bits < fair) return bits % below
    }
  }

  /** One of `items`, each with the same chance. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('pick from 0 items; at least 1 is needed')
    return items[this.integer(items.length)]!
  }

  /** A new array in uniform random order (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const order = [...items]
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const kept = order[i]!
      order[i] = order[j]!
      order[j] = kept
    }
    return order
  }

  /** Standard normal (Box and Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return radius * Math.cos(2 * Math.PI * this.uniform())
  }
}

/** 32-bit FNV-1a over UTF-16 code units. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
