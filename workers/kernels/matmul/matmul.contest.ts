// The products of the bench and their contest: one product at a time, every contender in turn, five rounds, each beside the peak of the same round.
import { median, rounded } from '../../gpu/measured.ts'
import type { PackedStorage } from '../packed/packed.ts'
import type { MatmulOp } from './matmul.plan.ts'

export interface Product {
  readonly op: MatmulOp
  readonly m: number
  readonly n: number
  readonly k: number
  /** of the right operand; only ours keeps weights packed, so that peers sit these out */
  readonly storage?: PackedStorage
}

/** Whoever computes products: ours, or a peer in a worker of its own. One product is prepared at a time. */
export interface Contender {
  /** Uploads the operands, compiles and computes C once. */
  prepare(product: Product): Promise<Float32Array>
  /** Milliseconds of `times` such products and one synchronisation. */
  time(times: number): Promise<number>
  release(): Promise<void>
}

/** The peak of this moment, GFLOP/s. */
export interface Meter {
  sample(): Promise<{ readonly multiplyAdd: number; readonly unrolled: number }>
}

export interface BenchCase {
  /** m × n × k */
  readonly shape: string
  readonly op: string
  readonly ours: number
  readonly unit: 'GFLOP/s'
  readonly peers: Readonly<Record<string, number>>
  /** median over the rounds of ours / that round's peak, and the same against the peak of loops with eight steps a turn */
  readonly share: number
  readonly shareOfUnrolled: number
  /** largest relative error of a peer's C against ours */
  readonly differ?: number
  /** peers that could not take part, and why */
  readonly failed?: Readonly<Record<string, string>>
}

const ROUNDS = 5
const LEAST_FLOPS = 2e7 // of one timing: milliseconds on a software adapter
const MOST_TIMES = 32
/** float32 sums of thousands of products in another order */
const TOLERANCE = 1e-4

const OPS = ['nn', 'nt', 'tn'] as const
const product = (op: MatmulOp, m: number, n: number, k: number, storage?: PackedStorage): Product => ({ op, m, n, k, ...(storage && { storage }) })

/** Squares and in-betweens, all transposes. */
const SQUARES = OPS.flatMap((op) => ([[128, 128, 128], [256, 256, 256], [256, 512, 128], [3072, 192, 192]] as const).map(([m, n, k]) => product(op, m, n, k)))

/** The sample policy: hidden 64, feed-forward 192, 2,048 tokens; 3,000 rows of a training batch, and a few of sampling. */
const SAMPLE = [
  product('nt', 3000, 64, 64), product('nt', 3000, 192, 64), product('nn', 3000, 64, 192), product('tn', 192, 64, 3000), product('tn', 64, 64, 3000),
  product('nt', 512, 2048, 64), product('nt', 8, 192, 64), product('nt', 128, 2048, 64),
  product('nt', 3000, 8, 64), product('nn', 3000, 8, 192), product('tn', 192, 8, 3000), // LoRA of rank 8
]

/** Qwen2.5-0.5B: hidden 896, q/k/v 1,152, gate and up 9,728, down 4,864, 4,096 rows of the head's 151,936; decoding, a prompt, a training batch. */
const QWEN = [
  ...[1, 8].flatMap((m) => [product('nt', m, 1152, 896), product('nt', m, 9728, 896), product('nt', m, 896, 4864), product('nt', m, 4096, 896)]),
  product('nt', 64, 1152, 896), product('nt', 64, 896, 4864), product('nn', 64, 896, 1152), product('nn', 64, 4864, 896), product('tn', 896, 896, 64),
  product('nt', 440, 896, 896), product('nn', 440, 896, 896), product('tn', 1152, 896, 440),
  product('nt', 440, 16, 896), product('nt', 440, 896, 16), product('nn', 440, 16, 896), product('tn', 896, 16, 440), // LoRA of rank 16
]

/** Ours alone: frozen weights kept packed. */
const PACKED = (['f16', 'int8'] as const).flatMap((storage) => [product('nt', 1, 9728, 896, storage), product('nt', 440, 896, 896, storage)])

export const PRODUCTS: readonly Product[] = [...SQUARES, ...SAMPLE, ...QWEN, ...PACKED]

/** The operands that every contender fills in: numbers between −1 and 1, by position alone. */
export function operand(elements: number, salt: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: elements }, (_, i) => (Math.imul(i + 1 + salt * 7919, 2654435761) >>> 8) / 2 ** 23 - 1)
}

/** The sides of an operand as they lie in memory: rows, then columns. */
export const sidesOfA = ({ op, m, k }: Product): [rows: number, columns: number] => (op === 'tn' ? [k, m] : [m, k])
export const sidesOfB = ({ op, n, k }: Product): [rows: number, columns: number] => (op === 'nt' ? [n, k] : [k, n])

/** Runs the products one after another. A peer that fails is out of that product, and its reason is in the case. */
export async function contest(
  products: readonly Product[], ours: Contender, peers: Readonly<Record<string, Contender>>, meter: Meter, progress: (line: string) => void = () => undefined,
): Promise<BenchCase[]> {
  const cases: BenchCase[] = []
  for (const [index, each] of products.entries()) {
    const { op, m, n, k, storage } = each
    const failed: Record<string, string> = {}
    const rates = new Map<string, number[]>()
    let differ = 0
    const attempt = async (name: string, work: () => Promise<void>): Promise<void> => {
      if (failed[name] !== undefined) return
      try {
        await work()
      } catch (error) {
        if (name === 'ours') throw error
        failed[name] = error instanceof Error ? error.message : String(error)
      }
    }
    const all = Object.entries({ ours, ...(storage === undefined ? peers : {}) })
    let expected: Float32Array | undefined
    for (const [name, contender] of all) {
      await attempt(name, async () => {
        const c = await contender.prepare(each)
        expected ??= c
        const error = relativeError(c, expected)
        differ = Math.max(differ, error)
        if (!(error <= TOLERANCE)) throw new Error(`${name}: ${op} ${m} × ${n} × ${k} differs from ours by ${error}; its time does not count`)
      })
    }
    const times = Math.min(MOST_TIMES, Math.max(1, Math.round(LEAST_FLOPS / (2 * m * n * k))))
    const peaks: Awaited<ReturnType<Meter['sample']>>[] = []
    for (let round = 0; round < ROUNDS; round++) {
      peaks.push(await meter.sample())
      for (const [name, contender] of all) {
        await attempt(name, async () => {
          const ms = await contender.time(times)
          rates.set(name, [...(rates.get(name) ?? []), 2 * m * n * k * times / ms / 1e6])
        })
      }
    }
    for (const [name, contender] of all) await attempt(name, () => contender.release())
    const own = rates.get('ours')!
    cases.push({
      shape: `${m} × ${n} × ${k}`, op: storage === undefined ? op : `${op} ${storage}`, ours: rounded(median(own)), unit: 'GFLOP/s',
      peers: Object.fromEntries([...rates].filter(([name, { length }]) => name !== 'ours' && length === ROUNDS).map(([name, list]) => [name, rounded(median(list))])),
      share: rounded(median(own.map((rate, i) => rate / peaks[i]!.multiplyAdd))), shareOfUnrolled: rounded(median(own.map((rate, i) => rate / peaks[i]!.unrolled))),
      ...(all.length > 1 && { differ }), ...(Object.keys(failed).length > 0 && { failed }),
    })
    const { ours: rate, peers: theirs, share } = cases.at(-1)!
    const figures = Object.entries(theirs).map(([name, value]) => `${name} ${value}`).join(', ')
    progress(`matmul ${index + 1} of ${products.length}: ${op} ${m} × ${n} × ${k}: ${rate} GFLOP/s, ${share} of the peak; ${figures}`)
  }
  return cases
}

/**
 * By op: the geometric mean of ours against each peer and the lowest, and of the share of the peak. Names are `nn/jax-js`, `nn/jax-js lowest`,
 * `nn/peak`, `nn/peak lowest`, `nn/unrolled peak`, …
 */
export function ratiosOf(cases: readonly BenchCase[]): Record<string, number> {
  const ratios: Record<string, number> = {}
  const put = (name: string, values: readonly number[]): void => {
    if (values.length === 0) return
    ratios[name] = rounded(Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length))
    ratios[`${name} lowest`] = rounded(Math.min(...values))
  }
  const names = [...new Set(cases.flatMap(({ peers }) => Object.keys(peers)))]
  for (const op of OPS) {
    const own = cases.filter((each) => each.op === op)
    for (const name of names) put(`${op}/${name}`, own.flatMap(({ ours, peers }) => (peers[name] === undefined ? [] : [ours / peers[name]])))
    put(`${op}/peak`, own.map(({ share }) => share))
    put(`${op}/unrolled peak`, own.map(({ shareOfUnrolled }) => shareOfUnrolled))
  }
  for (const name of names) put(`all/${name}`, cases.flatMap(({ ours, peers }) => (peers[name] === undefined ? [] : [ours / peers[name]])))
  return ratios
}

function relativeError(values: Float32Array, reference: Float32Array): number {
  if (values.length !== reference.length) return Infinity
  let [difference, norm] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    difference += (values[i]! - reference[i]!) ** 2
    norm += reference[i]! ** 2
  }
  return Math.sqrt(difference / norm)
}
