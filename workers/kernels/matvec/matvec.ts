// The products of decoding: a few rows times a matrix in any storage, with the norm before it and the activation, bias and residual after it in one dispatch.
import type { WeightStorage } from '../../../src/protocol/policy.ts'
import type { Gpu, Recording, Tensor } from '../../gpu/gpu.ts'
import { f32 } from '../../gpu/gpu.ts'
import { FORMATS, weightSource } from '../packed/packed.ts'
import { choiceOf } from '../variants.ts'
import float from './matvec.f32.wgsl?raw'
import group from './matvec.group.wgsl?raw'
import lane from './matvec.lane.wgsl?raw'
import quad from './matvec.quad.wgsl?raw'
import shape from './matvec.shape.wgsl?raw'
import shared from './matvec.shared.wgsl?raw'
import subgroup from './matvec.subgroup.wgsl?raw'

export interface MatvecArgs {
  /** rows of x and y */
  readonly m: number
  /** columns of y: rows of the weight, or half of them when gated */
  readonly n: number
  /** a multiple of four */
  readonly k: number
  /** [m, k] */
  readonly x: Tensor
  readonly weight: { readonly storage: WeightStorage; readonly data: Tensor; readonly scales: Tensor | undefined; readonly stride: number }
  /** [m, n], or columns of a wider y */
  readonly y: Tensor
  /** first element of y, and from one row to the next; 0 and n when left out */
  readonly offset?: number
  readonly ldy?: number
  /** x stands for x · gain / √(mean(x²) + eps), for x · gain alone when unscaled; gain: [k] */
  readonly norm?: { readonly gain: Tensor; readonly eps: number; readonly unscaled?: boolean }
  /** the weight's rows are gates, then ups: y = silu(gate) · up (Shazeer 2020) */
  readonly gated?: boolean
  /** one for each row of the weight */
  readonly bias?: Tensor
  /** added to y, laid out as y; another buffer */
  readonly add?: Tensor
  /** added to the product, before bias and gate */
  readonly low?: LowRankArgs
}

/** scale·(x·Aᵀ)·Bᵀ with an A for each part of the weight's rows (Hu et al. 2021, equation 3). */
export interface LowRankArgs {
  /** B: [rows of the weight, rank], then x·Aᵀ: [m, parts, rank], of x · gain where there is a norm; a buffer that y is not in */
  readonly tensor: Tensor
  /** a multiple of four */
  readonly rank: number
  readonly scale: number
  /** where each part begins among the weight's rows; what is before the first is the first's; three parts at most */
  readonly parts: readonly number[]
}

/** quad and lane: registers, for the software adapter; subgroup and shared: a workgroup for four weight rows, for graphics cards. */
export const MATVEC_VARIANTS = ['quad', 'lane', 'subgroup', 'shared'] as const
export type MatvecVariant = (typeof MATVEC_VARIANTS)[number]

const GROUP_LANES = 64
const NONE = 2 ** 32 - 1 // beyond every row

/** The variants that run on this adapter, the preferred one first. */
export function matvecVariants(gpu: Gpu): readonly MatvecVariant[] {
  const subgroups = gpu.device.features.has('subgroups')
  const cards: readonly MatvecVariant[] = subgroups ? ['subgroup', 'shared'] : ['shared']
  if (gpu.architecture !== 'swiftshader') return cards
  return subgroups ? ['quad', 'lane', ...cards] : ['lane', ...cards]
}

/** Whether the kernels can compute a product: rows are read in fours. */
export const fits = (k: number, stride: number): boolean => k % 4 === 0 && stride % 4 === 0

/** A product's rows that one workgroup takes. */
function rowsAtOnce(variant: MatvecVariant, m: number): number {
  if (variant === 'lane' || m === 1) return 1
  if (variant === 'quad') return m <= 4 ? 4 : m <= 8 ? 8 : m <= 16 ? 16 : 32
  return m <= 4 ? 4 : 8
}

/**
 * y = f(norm(x)·Wᵀ + low-rank + bias) + add. The bytes of a row depend on that row and the weights alone, not on m.
 * Throws when k, the stride or the rank is no multiple of four.
 */
export function matvec(recording: Recording, args: MatvecArgs): void {
  matvecAs(recording, args, choiceOf(recording.gpu, 'matvec', matvecVariants(recording.gpu)))
}

/** The same by a given variant: tests and timings force one. */
export function matvecAs(recording: Recording, args: MatvecArgs, variant: MatvecVariant): void {
  const { gpu } = recording
  const { m, n, k, x, weight, y, offset = 0, ldy = n, norm, gated = false, bias, add, low } = args
  if (!fits(k, weight.stride)) throw new Error(`matvec: rows of ${k} elements, ${weight.stride} apart, are not read in fours; use matmul`)
  if (low !== undefined && (low.rank % 4 !== 0 || low.parts.length > 3)) {
    throw new Error(`matvec: a low-rank addition of rank ${low.rank} in ${low.parts.length} parts is beyond the kernel, which takes ranks in fours and three parts; use matmul`)
  }
  if (m === 0 || n === 0) return
  const rows = rowsAtOnce(variant, m)
  const body = variant === 'quad' && rows > 1 ? quad : variant === 'quad' || variant === 'lane' ? lane : (variant === 'subgroup' ? subgroup : shared) + group
  const cards = variant === 'subgroup' || variant === 'shared'
  const lanes = cards ? GROUP_LANES : rows <= 8 && !gated ? 16 : 4
  const scales = FORMATS[weight.storage].scaled ? weight.scales : undefined
  const kernel = gpu.kernel(`matvec ${variant}${rows > 1 ? '' : ' row'} ${weight.storage}`, [weight.storage === 'f32' ? float : weightSource(gpu, weight.storage), shape, body].join('\n'), {
    WEIGHT: 1, ...(scales && { SCALES: 7 }), SHAPE: scales === undefined ? 7 : 8,
    LANES: lanes, ...(cards ? { ROWS: rows } : rows > 1 ? { GROUPS: rows / 4 } : {}),
    NORM: norm !== undefined, GATED: gated, BIAS: bias !== undefined, ADD: add !== undefined,
    UNSCALED: norm?.unscaled === true, LOW: low !== undefined,
  })
  const columns = (gated ? 2 : 4) * (cards ? 1 : lanes)
  const weightRows = gated ? 2 * n : n
  const tensors = [x, weight.data, norm?.gain ?? x, bias ?? x, add ?? x, y, low?.tensor ?? x, ...(scales === undefined ? [] : [scales])]
  const rank = low?.rank ?? 0
  const cost = { flops: 2 * m * weightRows * (k + rank), bytes: weightRows * ((weight.stride * FORMATS[weight.storage].bits) / 8 + 4 * rank) + 4 * m * (n + k) }
  const lowRank = [rank / 4, (weightRows * rank) / 4, low?.parts.length ?? 0, low?.parts[1] ?? NONE, low?.parts[2] ?? NONE, f32(low?.scale ?? 0)]
  // a long product goes in parts, so that no dispatch holds the GPU for long
  const groups = Math.ceil(n / columns)
  const limit = gpu.device.limits.maxComputeWorkgroupsPerDimension
  const parts = Math.min(groups, Math.max(Math.ceil(cost.flops / gpu.pace.operations), Math.ceil(groups / limit)))
  const size = Math.ceil(groups / parts)
  for (let first = 0; first < groups; first += size) {
    const count = Math.min(size, groups - first)
    const share = { flops: (cost.flops * count) / groups, bytes: (cost.bytes * count) / groups }
    recording.dispatch(kernel, tensors, [m, n, k / 4, weight.stride, offset, ldy, first, f32(1 / k), f32(norm?.eps ?? 0), ...lowRank], [count, Math.ceil(m / rows)], share)
  }
}
