// How packed weights lie in memory, and the WGSL that reads them: `w4(at)`, four neighbours from an element that is a multiple of four, and `w1(at)`.
import { PACKED } from '../../../src/domain/memory.ts'
import type { WeightStorage } from '../../../src/protocol/policy.ts'
import type { Gpu, Tensor } from '../../gpu/gpu.ts'
import f32 from './packed.f32.wgsl?raw'
import f16Native from './packed.f16.native.wgsl?raw'
import f16 from './packed.f16.wgsl?raw'
import int4 from './packed.int4.wgsl?raw'
import int8 from './packed.int8.wgsl?raw'

export type PackedStorage = Exclude<WeightStorage, 'f32'>

/** Neighbours of a row that share a scale. */
export const GROUP = PACKED.int8.group

/** bits: of an element; multiple: of a row's stride in elements; scaled: one word for each group beside the elements. */
export const FORMATS: Readonly<Record<WeightStorage, { readonly bits: number; readonly multiple: number; readonly scaled: boolean }>> = {
  f32: { bits: 32, multiple: 1, scaled: false },
  f16: { ...PACKED.f16, scaled: false },
  int8: { ...PACKED.int8, scaled: true },
  int4: { ...PACKED.int4, scaled: true },
}

/** Elements from one row of `columns` to the next. */
export function strideOf(storage: WeightStorage, columns: number): number {
  const { multiple } = FORMATS[storage]
  return Math.ceil(columns / multiple) * multiple
}

/** Words that a row takes: of its elements, and of its scales. */
export function rowWords(storage: WeightStorage, columns: number): { readonly data: number; readonly scales: number } {
  const { bits, scaled } = FORMATS[storage]
  const stride = strideOf(storage, columns)
  return { data: (stride * bits) / 32, scales: scaled ? stride / GROUP : 0 }
}

/** A packed operand: its storage, and its scales where it has them. */
export interface Packing {
  readonly storage: PackedStorage
  readonly scales: Tensor | undefined
}

/** Declares `weight` at binding WEIGHT (and `scales` at SCALES where the storage has them) and defines `w4` and `w1`. */
export function weightSource(gpu: Gpu, storage: WeightStorage): string {
  if (storage === 'f16' && gpu.device.features.has('shader-f16')) return f16Native
  return { f32, f16, int8, int4 }[storage]
}
