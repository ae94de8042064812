// Measures the products against the multiply-add peak of the same minutes: every round times the peak's kernels and all cases in turn.
import type { Gpu, Tensor } from '../../gpu/gpu.ts'
import { f32 } from '../../gpu/gpu.ts'
import { type MatmulOp, planMatmul } from './matmul.plan.ts'
import { chooseMatmulTiles, familyOfGpu, layoutOf, matmul } from './matmul.ts'
import peakScalar from './peak.scalar.wgsl?raw'
import peakVec4 from './peak.vec4.wgsl?raw'

export interface BenchCase {
  /** m × n × k */
  readonly shape: string
  readonly op: MatmulOp
  /** the tile that the choice gave this shape */
  readonly tile: string
  readonly ours: number
  readonly unit: 'GFLOP/s'
  readonly peers: Readonly<Record<string, number>>
  /** median over the rounds of ours / that round's peak */
  readonly share: number
  /** the same against the best kernel with eight multiply-adds per accumulator a turn: what a loop without overhead could reach */
  readonly shareOfUnrolled: number
}

export interface BenchResult {
  readonly name: string
  readonly adapter: string
  /** GFLOP/s of the fastest multiply-add loop (fma or mul+add, scalar or vec4, 4, 8 or 16 accumulators, one step a turn), median over the rounds */
  readonly peak: number
  /** the same with eight steps a turn */
  readonly unrolledPeak: number
  /** GFLOP/s of every multiply-add kernel, median over the rounds */
  readonly peaks: Readonly<Record<string, number>>
  readonly cases: readonly BenchCase[]
  /** lowest share of each op among the cases with all sides of at least 128; `…OfUnrolled` likewise */
  readonly ratios: Readonly<Record<string, number>>
}

const ROUNDS = 7
const FLOPS = 4e7 // of one timing: about 5 ms on two cores of a software adapter
const PEAK_LANES = 4096

const SQUARES = [[128, 128, 128], [256, 256, 256], [256, 512, 128], [512, 1024, 256], [3072, 192, 192]] as const
const CASES: readonly (readonly [MatmulOp, number, number, number])[] = [
  ...(['nn', 'nt', 'tn'] as const).flatMap((op) => SQUARES.map(([m, n, k]) => [op, m, n, k] as const)),
  // the sample policy, training
  ['nt', 3000, 64, 64], ['nt', 3000, 192, 64], ['nn', 3000, 64, 192], ['tn', 192, 64, 3000], ['tn', 64, 64, 3000], ['nt', 512, 2048, 64],
  ['nt', 128, 64, 64], ['nt', 128, 2048, 64], ['nt', 1, 192, 64], // and sampling
  ['nt', 3000, 8, 64], ['nt', 3000, 64, 8], ['nn', 3000, 8, 192], ['nn', 3000, 64, 8], ['tn', 192, 8, 3000], ['tn', 8, 64, 3000], // rank 8
]

interface Timed {
  readonly flops: number
  /** submits the work once */
  readonly submit: () => void
  readonly rates: number[]
}

/** Times the products of the bench's table and the adapter's multiply-add peak. Takes about half a minute on two free cores of a software adapter. */
export async function benchMatmul(gpu: Gpu): Promise<BenchResult> {
  const tensors: Tensor[] = []
  const choice = await chooseMatmulTiles(gpu)
  const family = familyOfGpu(gpu)
  const peaks = peakKernels(gpu, tensors)
  const cases = CASES.map(([op, m, n, k]) => {
    const args = { op, m, n, k, a: filled(gpu, tensors, m * k), b: filled(gpu, tensors, k * n), c: filled(gpu, tensors, m * n) }
    const times = Math.max(1, Math.round(FLOPS / (2 * m * n * k)))
    const submit = (): void => {
      const recording = gpu.record()
      for (let i = 0; i < times; i++) matmul(recording, args)
      recording.submit()
    }
    const { tile } = planMatmul(layoutOf(args), family, choice)
    return { op, shape: `${m} × ${n} × ${k}`, sides: Math.min(m, n, k), tile, flops: 2 * m * n * k * times, submit, rates: [] as number[] }
  })
  try {
    for (let round = -1; round < ROUNDS; round++) { // round −1 compiles
      for (const each of [...peaks.values(), ...cases]) {
        const rate = await time(gpu, each)
        if (round >= 0) each.rates.push(rate)
      }
    }
  } finally {
    for (const tensor of tensors) gpu.free(tensor)
  }
  const best = (rolled: boolean): number[] => {
    const kernels = [...peaks].filter(([name]) => name.endsWith(' unrolled') !== rolled)
    return Array.from({ length: ROUNDS }, (_, round) => Math.max(...kernels.map(([, { rates }]) => rates[round]!)))
  }
  const [peak, unrolled] = [best(true), best(false)]
  const shares = (rates: readonly number[], of: readonly number[]): number => round3(median(rates.map((rate, round) => rate / of[round]!)))
  const lowest = (wanted: MatmulOp, of: readonly number[]): number =>
    Math.min(...cases.filter(({ op, sides }) => op === wanted && sides >= 128).map(({ rates }) => shares(rates, of)))
  return {
    name: 'matmul', adapter: gpu.architecture, peak: round3(median(peak)), unrolledPeak: round3(median(unrolled)),
    peaks: Object.fromEntries([...peaks].map(([name, { rates }]) => [name, round3(median(rates))])),
    cases: cases.map(({ shape, op, tile, rates }) => ({
      shape, op, tile, ours: round3(median(rates)), unit: 'GFLOP/s', peers: {}, share: shares(rates, peak), shareOfUnrolled: shares(rates, unrolled),
    })),
    ratios: Object.fromEntries((['nn', 'nt', 'tn'] as const).flatMap((op) => [[op, lowest(op, peak)], [`${op}OfUnrolled`, lowest(op, unrolled)]])),
  }
}

/** Every multiply-add kernel: fused or not, scalar or vec4, 4, 8 or 16 accumulators, one or eight steps a turn. */
function peakKernels(gpu: Gpu, tensors: Tensor[]): Map<string, Timed> {
  const out = gpu.tensor('bench', PEAK_LANES)
  tensors.push(out)
  const kernels = new Map<string, Timed>()
  for (const FMA of [true, false]) {
    for (const [type, width, source] of [['f32', 1, peakScalar], ['vec4f', 4, peakVec4]] as const) {
      for (const ACCUMULATORS of [4, 8, 16]) {
        for (const ROLLED of [false, true]) {
          const name = `${FMA ? 'fma' : 'mul+add'} ${type} × ${ACCUMULATORS}${ROLLED ? '' : ' unrolled'}`
          const perTurn = PEAK_LANES * ACCUMULATORS * width * 2 * (ROLLED ? 1 : 8)
          const turns = Math.ceil(FLOPS / perTurn)
          const kernel = gpu.kernel(`peak ${type}`, source, { FMA, ACCUMULATORS, ROLLED })
          const submit = (): void => {
            const recording = gpu.record()
            recording.dispatch(kernel, [out], [turns, f32(1), f32(0)], [PEAK_LANES / 64])
            recording.submit()
          }
          kernels.set(name, { flops: perTurn * turns, submit, rates: [] })
        }
      }
    }
  }
  return kernels
}

async function time(gpu: Gpu, { flops, submit }: Timed): Promise<number> {
  const start = performance.now()
  submit()
  await gpu.device.queue.onSubmittedWorkDone()
  return flops / (performance.now() - start) / 1e6
}

function filled(gpu: Gpu, tensors: Tensor[], elements: number): Tensor {
  const tensor = gpu.upload('bench', Float32Array.from({ length: elements }, (_, i) => Math.sin(i)))
  tensors.push(tensor)
  return tensor
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y)
  return sorted[Math.floor(sorted.length / 2)]!
}

const round3 = (value: number): number => Math.round(value * 1000) / 1000
