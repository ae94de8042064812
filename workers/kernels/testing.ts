// What the kernels' tests share: seeded numbers, the random-projection check of a reference's gradient, and GPU buffers that end in sentinels.
import { Stream } from '../../src/domain/random.ts'
import type { Gpu, Recording, Tensor } from '../gpu/gpu.ts'
import { relativeError } from '../gpu/testing.ts'

/** Seeded numbers of one test: the same name gives the same numbers on every machine. */
export class Numbers {
  readonly #stream: Stream

  constructor(name: string) {
    this.#stream = new Stream(1, name)
  }

  /** `count` normal numbers with standard deviation `scale`. */
  doubles(count: number, scale = 1): Float64Array {
    return Float64Array.from({ length: count }, () => scale * this.#stream.normal())
  }

  /** The same rounded to float32, so that the GPU and the float64 reference start from equal numbers. */
  floats(count: number, scale = 1): Float32Array {
    return Float32Array.from({ length: count }, () => scale * this.#stream.normal())
  }

  /** `count` whole numbers in [0, below). */
  integers(count: number, below: number): Uint32Array {
    return Uint32Array.from({ length: count }, () => this.#stream.integer(below))
  }

  shuffle(items: readonly number[]): number[] {
    return this.#stream.shuffle(items)
  }
}

const DIRECTIONS = 4
const STEP = 1e-5 // of the input's root mean square: the error of central differences is then about 1e-10 from curvature and 1e-11 from rounding

/**
 * The largest relative error, over the inputs, of ⟨Jᵀu, v⟩ against ⟨u, J·v⟩ by central differences, each along random directions.
 * `backward` gets the inputs and the outputs' gradients and adds to the inputs' gradients, which do not start at zero here: one that overwrites fails.
 */
export function projectionError(
  name: string,
  inputs: readonly Float64Array[],
  forward: (inputs: readonly Float64Array[]) => readonly Float64Array[],
  backward: (inputs: readonly Float64Array[], outputGradients: readonly Float64Array[], inputGradients: readonly Float64Array[]) => void,
): number {
  const numbers = new Numbers(`projection ${name}`)
  const outputs = forward(inputs)
  const errors = inputs.map((input, which) => {
    const analytic: number[] = []
    const numeric: number[] = []
    const step = STEP * (Math.sqrt(dot(input, input) / input.length) || 1)
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      const u = outputs.map((output) => numbers.doubles(output.length))
      const v = numbers.doubles(input.length)
      const before = inputs.map((each) => numbers.doubles(each.length))
      const gradients = before.map((each) => each.slice())
      backward(inputs, u, gradients)
      analytic.push(dot(gradients[which]!.map((value, i) => value - before[which]![i]!), v))
      const at = (sign: number): readonly Float64Array[] => forward(inputs.map((each, i) => (i === which ? each.map((value, j) => value + sign * step * v[j]!) : each)))
      const [up, down] = [at(1), at(-1)]
      numeric.push(u.reduce((sum, projection, i) => sum + dot(projection, up[i]!.map((value, j) => (value - down[i]![j]!) / (2 * step))), 0))
    }
    return relativeError(analytic, numeric)
  })
  return Math.max(...errors)
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}

const TAIL = 70 // words after the end: longer than a workgroup, so that what a missing bounds guard writes lands in them
const SENTINEL = -12345.678
const SENTINEL_BITS = new Uint32Array(new Float32Array([SENTINEL]).buffer)[0]!

/** GPU buffers whose data are followed by sentinels; reading one back throws when a kernel has written past its end. */
export class Buffers {
  readonly #counts = new Map<Tensor, number>()

  constructor(readonly gpu: Gpu) {}

  floats(data: ArrayLike<number>): Tensor {
    return this.#upload(new Uint32Array(Float32Array.from(data).buffer))
  }

  words(data: ArrayLike<number>): Tensor {
    return this.#upload(Uint32Array.from(data))
  }

  /** `count` words of sentinels: what the kernel leaves out shows, and so does adding where it should overwrite. */
  unset(count: number): Tensor {
    return this.#upload(new Uint32Array(count).fill(SENTINEL_BITS))
  }

  #upload(words: Uint32Array): Tensor {
    const padded = new Uint32Array(words.length + TAIL).fill(SENTINEL_BITS)
    padded.set(words)
    const tensor = this.gpu.upload('test', padded)
    this.#counts.set(tensor, words.length)
    return tensor
  }

  async readWords(tensor: Tensor): Promise<Uint32Array> {
    const count = this.#counts.get(tensor)!
    const words = await this.gpu.readU32(tensor)
    const touched = words.subarray(count).findIndex((word) => word !== SENTINEL_BITS)
    if (touched >= 0) throw new Error(`the kernel wrote word ${count + touched} of a tensor of ${count} words; its bounds guard is missing or wrong`)
    return words.slice(0, count)
  }

  async read(tensor: Tensor): Promise<Float32Array> {
    return new Float32Array((await this.readWords(tensor)).buffer)
  }

  free(): void {
    for (const tensor of this.#counts.keys()) this.gpu.free(tensor)
    this.#counts.clear()
  }
}

/** Records and submits. */
export function dispatch(gpu: Gpu, record: (recording: Recording) => void): void {
  const recording = gpu.record()
  record(recording)
  recording.submit()
}

/** `a + b`, elementwise: what a kernel that accumulates leaves when it starts from `a`. */
export function plus(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return Float64Array.from(b, (value, i) => value + a[i]!)
}

/**
 * The spans of packed sequences: each group's prompt rows, then its completions' rows, each of which attends to the prompt and to its own past.
 * spans: [rows, 4]; ends: [rows], row r is attended to by the rows [r, ends[r]).
 */
export function sharedPrefixes(groups: readonly { readonly prompt: number; readonly completions: readonly number[] }[]): { rows: number; spans: Uint32Array; ends: Uint32Array } {
  const spans: number[] = []
  const ends: number[] = []
  for (const { prompt, completions } of groups) {
    const start = ends.length
    const groupEnd = start + prompt + completions.reduce((sum, length) => sum + length, 0)
    for (let row = start; row < start + prompt; row++) {
      spans.push(start, start, start, row + 1)
      ends.push(groupEnd)
    }
    for (const length of completions) {
      const own = ends.length
      for (let row = own; row < own + length; row++) {
        spans.push(start, start + prompt, own, row + 1)
        ends.push(own + length)
      }
    }
  }
  return { rows: ends.length, spans: Uint32Array.from(spans), ends: Uint32Array.from(ends) }
}
