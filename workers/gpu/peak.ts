// What the adapter can do at most: multiply-adds a second from registers, and bytes a second through memory. Benches and profiles give their share of it.
import type { Gpu, Kernel, Tensor, Uniform } from './gpu.ts'
import { f32 } from './gpu.ts'
import copySource from './peak.copy.wgsl?raw'
import scalarSource from './peak.scalar.wgsl?raw'
import vec4Source from './peak.vec4.wgsl?raw'

export interface Peak {
  /** GFLOP/s of the fastest multiply-add loop: fma or mul+add, scalar or vec4, 4, 8 or 16 accumulators, one step of each a turn */
  readonly multiplyAdd: number
  /** the same with eight steps a turn: what remains when the loop itself costs little */
  readonly unrolled: number
  /** GB/s, read and written bytes together, of the fastest copy */
  readonly copy: number
  /** GFLOP/s or GB/s of every kernel by name */
  readonly kernels: Readonly<Record<string, number>>
}

interface Work {
  readonly name: string
  readonly kind: keyof Omit<Peak, 'kernels'>
  /** operations, or bytes, of one unit of work */
  readonly amount: number
  readonly submit: (units: number) => void
  units: number
}

const LEAST_MS = 4
const MOST_UNITS = 1 << 20
const FIRST_ROUNDS = 3
const LANES = { software: 4096, hardware: 1 << 19 }
const COPY_WORDS = { software: 1 << 22, hardware: 1 << 24 } // two buffers of 16 MiB or 64 MiB: together beyond most caches
const COPY_STEPS = 16
const TURNS = 64

/** Measures the peak as often as it is asked, with the kernels that were fastest when it was opened. */
export class PeakMeter {
  readonly #gpu: Gpu
  readonly #tensors: Tensor[]
  /** the fastest of each kind */
  readonly #best: readonly Work[]
  readonly first: Peak

  private constructor(gpu: Gpu, tensors: Tensor[], best: readonly Work[], first: Peak) {
    this.#gpu = gpu
    this.#tensors = tensors
    this.#best = best
    this.first = first
  }

  /** Compiles and times every kernel: about two seconds on two cores of a software adapter. */
  static async open(gpu: Gpu): Promise<PeakMeter> {
    const software = gpu.architecture === 'swiftshader'
    const tensors: Tensor[] = []
    try {
      return await PeakMeter.#measured(gpu, tensors, software ? LANES.software : LANES.hardware, wordsToCopy(gpu))
    } catch (error) {
      for (const tensor of tensors) gpu.discard(tensor)
      throw error
    }
  }

  static async #measured(gpu: Gpu, tensors: Tensor[], lanes: number, words: number): Promise<PeakMeter> {
    const works = [...multiplyAdds(gpu, tensors, lanes), ...copies(gpu, tensors, words)]
    const rates = new Map<Work, number>()
    for (const work of works) {
      await rate(gpu, work) // compiles
      while (work.units < MOST_UNITS && await milliseconds(gpu, work) < LEAST_MS) work.units *= 2
    }
    for (let round = 0; round < FIRST_ROUNDS; round++) {
      for (const work of works) rates.set(work, Math.max(rates.get(work) ?? 0, await rate(gpu, work)))
    }
    const best = (['multiplyAdd', 'unrolled', 'copy'] as const).map((kind) =>
      works.filter((work) => work.kind === kind).reduce((fastest, work) => (rates.get(work)! > rates.get(fastest)! ? work : fastest)))
    const [multiplyAdd, unrolled, copy] = best.map((work) => rates.get(work)!) as [number, number, number]
    return new PeakMeter(gpu, tensors, best, { multiplyAdd, unrolled, copy, kernels: Object.fromEntries(works.map((work) => [work.name, rates.get(work)!])) })
  }

  /** The peak at this moment: on a shared machine it moves, so a share of the peak is taken within one round. */
  async sample(): Promise<Omit<Peak, 'kernels'>> {
    const now = { multiplyAdd: 0, unrolled: 0, copy: 0 }
    for (const work of this.#best) now[work.kind] = await rate(this.#gpu, work)
    return now
  }

  free(): void {
    for (const tensor of this.#tensors.splice(0)) this.#gpu.discard(tensor)
  }
}

/** The peak, measured once. */
export async function measurePeak(gpu: Gpu): Promise<Peak> {
  const meter = await PeakMeter.open(gpu)
  meter.free()
  return meter.first
}

/** Every multiply-add kernel: fused or not, scalar or vec4, 4, 8 or 16 accumulators, one or eight steps a turn. */
function multiplyAdds(gpu: Gpu, tensors: Tensor[], lanes: number): Work[] {
  const out = gpu.tensor('peak', lanes)
  tensors.push(out)
  const works: Work[] = []
  for (const FMA of [true, false]) {
    for (const [type, width, source] of [['f32', 1, scalarSource], ['vec4f', 4, vec4Source]] as const) {
      for (const ACCUMULATORS of [4, 8, 16]) {
        for (const ROLLED of [true, false]) {
          const kernel = gpu.kernel(`peak ${type}`, source, { FMA, ACCUMULATORS, ROLLED })
          const turns = ROLLED ? TURNS : TURNS / 8
          works.push({
            name: `${FMA ? 'fma' : 'mul+add'} ${type} × ${ACCUMULATORS}${ROLLED ? '' : ' unrolled'}`, kind: ROLLED ? 'multiplyAdd' : 'unrolled',
            amount: 2 * lanes * ACCUMULATORS * width * TURNS, units: 1,
            submit: (units) => submit(gpu, kernel, [out], [turns * units, f32(1), f32(0)], lanes / 64, 1),
          })
        }
      }
    }
  }
  return works
}

/** Words of each of the two buffers that are copied: as many as the adapter binds where that is fewer, in whole workgroups of every kernel. */
function wordsToCopy(gpu: Gpu): number {
  const words = Math.min(gpu.architecture === 'swiftshader' ? COPY_WORDS.software : COPY_WORDS.hardware, gpu.bindingLimit / 4)
  const whole = 256 * 4 * COPY_STEPS
  return Math.max(1, Math.floor(words / whole)) * whole
}

/** Copies by the driver, and by kernels one and four words at a time. */
function copies(gpu: Gpu, tensors: Tensor[], words: number): Work[] {
  const source = gpu.tensor('peak', words)
  tensors.push(source)
  const target = gpu.tensor('peak', words)
  tensors.push(target)
  const amount = 2 * 4 * words
  const kernels = ([['f32', 1], ['vec4f', 4]] as const).map(([type, width]): Work => {
    const kernel = gpu.kernel(`peak copy ${type}`, copySource.replaceAll('ELEMENT', type), { WORDS: COPY_STEPS })
    const lanes = words / width / COPY_STEPS
    return { name: `copy ${type}`, kind: 'copy', amount, units: 1, submit: (units) => submit(gpu, kernel, [source, target], [lanes], lanes / 256, units) }
  })
  const driver: Work = {
    name: 'copy buffer', kind: 'copy', amount, units: 1,
    submit: (units) => {
      const recording = gpu.record()
      for (let i = 0; i < units; i++) recording.copy(source, target)
      recording.submit()
    },
  }
  return [...kernels, driver]
}

function submit(gpu: Gpu, kernel: Kernel, tensors: readonly Tensor[], uniforms: readonly Uniform[], groups: number, times: number): void {
  const recording = gpu.record()
  for (let i = 0; i < times; i++) recording.dispatch(kernel, tensors, uniforms, [groups])
  recording.submit()
}

async function milliseconds(gpu: Gpu, work: Work): Promise<number> {
  const start = performance.now()
  work.submit(work.units)
  await gpu.device.queue.onSubmittedWorkDone()
  return performance.now() - start
}

/** Billions of operations, or of bytes, a second. */
async function rate(gpu: Gpu, work: Work): Promise<number> {
  return work.amount * work.units / (await milliseconds(gpu, work)) / 1e6
}
