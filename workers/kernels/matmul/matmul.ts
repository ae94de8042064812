// Matrix products C = alpha·A·B + bias + add, of any size and stride: sources, bindings, uniforms and grids; no arithmetic.
import type { Gpu, Recording, Tensor } from '../../gpu/gpu.ts'
import { f32 } from '../../gpu/gpu.ts'
import { FORMATS, type Packing, weightSource } from '../packed/packed.ts'
import a1 from './matmul.a.scalar.wgsl?raw'
import a4 from './matmul.a.vec4.wgsl?raw'
import aPacked from './matmul.a.packed.wgsl?raw'
import b1 from './matmul.b.scalar.wgsl?raw'
import b4 from './matmul.b.vec4.wgsl?raw'
import bPacked from './matmul.b.packed.wgsl?raw'
import c1 from './matmul.c.scalar.wgsl?raw'
import c4 from './matmul.c.vec4.wgsl?raw'
import chunks from './matmul.chunks.wgsl?raw'
import fragment from './matmul.fragment.wgsl?raw'
import lane4x4 from './matmul.lane4x4.wgsl?raw'
import quad from './matmul.quad.wgsl?raw'
import quad16x16 from './matmul.quad16x16.wgsl?raw'
import quad16x4 from './matmul.quad16x4.wgsl?raw'
import quad16x8 from './matmul.quad16x8.wgsl?raw'
import quad32x32 from './matmul.quad32x32.wgsl?raw'
import quad64x32 from './matmul.quad64x32.wgsl?raw'
import shape from './matmul.shape.wgsl?raw'
import sharedPacked from './matmul.shared.packed.wgsl?raw'
import shared from './matmul.shared.wgsl?raw'
import {
  CANDIDATES, type Choice, type Family, type Layout, type MatmulOp, type Plan, type ShapeClass, type Tile, TILES, defaultChoice, familyOf, planMatmul,
} from './matmul.plan.ts'
import { partsOf } from './matmul.parts.ts'

export type { MatmulOp } from './matmul.plan.ts'

export interface MatmulArgs {
  readonly op: MatmulOp
  readonly m: number
  readonly n: number
  readonly k: number
  readonly a: Tensor
  readonly b: Tensor
  /** b holds packed weights, in rows of a stride that packed.ts gives */
  readonly packed?: Packing | undefined
  readonly c: Tensor
  /** row strides in elements; packed when left out */
  readonly lda?: number
  readonly ldb?: number
  readonly ldc?: number
  /** first element, in elements */
  readonly aOffset?: number
  readonly bOffset?: number
  readonly cOffset?: number
  /** [n], added to every row */
  readonly bias?: Tensor
  /** [m, n] added, with c's stride and offset; a different buffer than c */
  readonly add?: Tensor
  /** c += product; exclusive with `add` */
  readonly accumulate?: boolean
  /** factor of the product, 1 when left out */
  readonly alpha?: number
}

const BODIES: Readonly<Record<Tile, string>> = {
  quad64x32: quad + quad64x32, quad32x32: quad + quad32x32, quad16x16: quad + quad16x16, quad16x8: quad + quad16x8, quad16x4: quad + quad16x4,
  lane4x4, shared64x64: shared, shared32x32: shared,
}

const choices = new WeakMap<Gpu, Choice>()
const scratches = new WeakMap<Gpu, Map<number, Tensor>>()

export const familyOfGpu = (gpu: Gpu): Family => familyOf(gpu.architecture, gpu.device.features.has('subgroups'))

/** From now on products on this GPU use these tiles; bytes stay the same. */
export function useMatmulTiles(gpu: Gpu, choice: Choice): void {
  choices.set(gpu, choice)
}

/**
 * Records C = alpha·(A·B) + bias + (add | C).
 * The bytes of a row of nn and nt depend on that row, B and k alone: not on m, n, strides, or the tile. tn may split k, by shape and adapter alone.
 * A side of zero leaves nothing to write; k = 0 gives bias + add. Throws when both `add` and `accumulate` are given, or a tensor is too small.
 */
export function matmul(recording: Recording, args: MatmulArgs): void {
  const { gpu } = recording
  const family = familyOfGpu(gpu)
  const choice = choices.get(gpu) ?? defaultChoice(family)
  for (const part of partsOf(args, layoutOf(args), gpu.pace.operations, family)) matmulAs(recording, part, planMatmul(layoutOf(part), family, choice))
}

/** Fills in packed strides and zero offsets, and checks that the tensors are long enough. */
export function layoutOf(args: MatmulArgs): Layout {
  const { op, m, n, k } = args
  if (args.add !== undefined && args.accumulate === true) throw new Error('matmul: both add and accumulate were given; give one')
  const layout = {
    op, m, n, k, lda: args.lda ?? (op === 'tn' ? m : k), ldb: args.ldb ?? (op === 'nt' ? k : n), ldc: args.ldc ?? n,
    aOffset: args.aOffset ?? 0, bOffset: args.bOffset ?? 0, cOffset: args.cOffset ?? 0,
  }
  const [aRows, aWidth] = op === 'tn' ? [k, m] : [m, k]
  const [bRows, bWidth] = op === 'nt' ? [n, k] : [k, n]
  const { bits, multiple } = FORMATS[args.packed?.storage ?? 'f32']
  if (op === 'tn' && args.packed !== undefined) throw new Error('matmul: packed weights are the right operand of nn and nt; unpack them for tn')
  if (layout.bOffset % multiple !== 0 || layout.ldb % multiple !== 0) {
    throw new Error(`matmul: packed b starts at element ${layout.bOffset} with rows ${layout.ldb} apart; give multiples of ${multiple}`)
  }
  check('a', args.a, layout.aOffset, aRows, aWidth, layout.lda)
  check('b', args.b, layout.bOffset, bRows, bWidth, layout.ldb, bits)
  check('c', args.c, layout.cOffset, m, n, layout.ldc)
  if (args.add !== undefined) check('add', args.add, layout.cOffset, m, n, layout.ldc)
  if (args.bias !== undefined) check('bias', args.bias, 0, 1, n, n)
  return layout
}

function check(name: string, tensor: Tensor, offset: number, rows: number, width: number, stride: number, bits = 32): void {
  if (rows === 0 || width === 0) return
  if (stride < width) throw new Error(`matmul: rows of ${name} hold ${width} elements but start ${stride} apart; give a stride of at least ${width}`)
  const needed = offset + (rows - 1) * stride + width
  if (tensor.size * 8 >= needed * bits) return
  const wanted = `${needed} elements (${rows} rows of ${width}, ${stride} apart, from ${offset})`
  throw new Error(`matmul: ${name} needs ${wanted} but its tensor has ${(tensor.size * 8) / bits}; give a longer one`)
}

/** Records the product as planned: tests and timings force a tile by it. */
export function matmulAs(recording: Recording, args: MatmulArgs, plan: Plan): void {
  const { gpu } = recording
  const { m, n, k, a, b, c, packed, bias, add, accumulate = false, alpha = 1 } = args
  if (m === 0 || n === 0) return
  const { left, right, chunk } = plan
  const split = plan.chunks > 1
  const options = { BIAS: bias !== undefined, ADD: add !== undefined, ACCUMULATE: accumulate }
  const target = split ? scratch(gpu, plan.chunks * m * n) : c
  const [first, second] = plan.transposed ? [b, a] : [a, b]
  const { rows, columns, side } = TILES[plan.tile]
  const leftPacked = packed !== undefined && plan.transposed
  const rightPacked = packed !== undefined && !plan.transposed
  const [leftSource, leftName] = leftPacked ? [weightSource(gpu, packed.storage) + aPacked, `a ${packed.storage}`] : left.fours ? [a4, 'a4'] : [a1, 'a1']
  const [rightSource, rightName] = rightPacked ? [weightSource(gpu, packed.storage) + bPacked, `b ${packed.storage}`] : right.fours ? [b4, 'b4'] : [b1, 'b1']
  const body = rightPacked && side > 0 ? sharedPacked : BODIES[plan.tile]
  const source = [shape, leftSource, rightSource, plan.cFours ? c4 : c1, fragment, body].join('\n')
  const scales = packed?.scales === undefined ? [] : [packed.scales]
  const kernel = gpu.kernel(`matmul ${plan.tile} ${leftName} ${rightName} ${plan.cFours ? 'c4' : 'c1'}`, source, {
    UNIFORMS: 5 + scales.length, ...(packed && { WEIGHT: leftPacked ? 0 : 1, SCALES: 5 }),
    A_ALONG: left.along, B_ALONG: right.along, TAIL: plan.tail, TRANSPOSED: plan.transposed, ...(side > 0 ? { SIDE: side } : {}),
    ...(split ? { BIAS: false, ADD: false, ACCUMULATE: false } : options),
  })
  const [cOffset, cRow, cColumn] = split ? [0, plan.transposed ? 1 : n, plan.transposed ? n : 1] : [args.cOffset ?? 0, plan.cRow, plan.cColumn]
  recording.dispatch(kernel, [first, second, (split ? undefined : bias) ?? first, (split ? undefined : add) ?? first, target, ...scales], [
    plan.m, plan.n, k, chunk, left.offset, left.row, left.k, right.offset, right.row, right.k, cOffset, cRow, cColumn, m * n, f32(split ? 1 : alpha),
  ], [Math.ceil(plan.n / columns), Math.ceil(plan.m / rows), plan.chunks], {
    flops: 2 * m * n * k, bytes: 4 * (m * k + m * n) + n * k * FORMATS[packed?.storage ?? 'f32'].bits / 8,
  })
  if (!split) return
  recording.dispatch(gpu.kernel('matmul chunks', chunks, options), [target, bias ?? target, add ?? target, c], [
    m, n, plan.chunks, args.cOffset ?? 0, plan.transposed ? plan.cColumn : plan.cRow, f32(alpha),
  ], [Math.ceil(n / 16), m], { flops: plan.chunks * m * n, bytes: 4 * (plan.chunks + 1) * m * n })
}

/** Room for partial products, kept and shared: dispatches run one after another. */
function scratch(gpu: Gpu, elements: number): Tensor {
  const known = scratches.get(gpu) ?? new Map<number, Tensor>()
  scratches.set(gpu, known)
  const size = 2 ** Math.ceil(Math.log2(elements))
  const tensor = known.get(size) ?? gpu.tensor('matmul chunks', size)
  known.set(size, tensor)
  return tensor
}

/** One shape of each class, small enough to time at start-up. */
const TRIALS: Readonly<Record<ShapeClass, readonly [m: number, n: number, k: number]>> = {
  huge: [1024, 256, 64], large: [512, 192, 64], small: [128, 64, 64], rank: [1024, 8, 64], column: [1, 1024, 64],
}
const ROUNDS = 3

/**
 * Times the candidates of each shape class (best of three, in turn) and uses the fastest from now on; returns them for the run's record.
 * All candidates give equal bytes, so the choice changes speed alone.
 */
export async function chooseMatmulTiles(gpu: Gpu): Promise<Record<ShapeClass, Tile>> {
  const family = familyOfGpu(gpu)
  const chosen: Record<ShapeClass, Tile> = { ...defaultChoice(family) }
  for (const [name, candidates] of Object.entries(CANDIDATES[family]) as [ShapeClass, readonly Tile[]][]) {
    if (candidates.length < 2) continue
    const [m, n, k] = TRIALS[name]
    const [a, b, c] = [gpu.tensor('matmul trial', m * k), gpu.tensor('matmul trial', k * n), gpu.tensor('matmul trial', m * n)]
    const args: MatmulArgs = { op: 'nt', m, n, k, a, b, c }
    const best = new Map<Tile, number>()
    for (let round = -1; round < ROUNDS; round++) { // round −1 compiles
      for (const tile of candidates) {
        const recording = gpu.record()
        matmulAs(recording, args, planMatmul(layoutOf(args), family, chosen, tile))
        const start = performance.now()
        recording.submit()
        await gpu.device.queue.onSubmittedWorkDone()
        if (round >= 0) best.set(tile, Math.min(best.get(tile) ?? Infinity, performance.now() - start))
      }
    }
    chosen[name] = candidates.reduce((fastest, tile) => (best.get(tile)! < best.get(fastest)! ? tile : fastest))
    for (const tensor of [a, b, c]) gpu.free(tensor)
  }
  useMatmulTiles(gpu, chosen)
  return chosen
}
