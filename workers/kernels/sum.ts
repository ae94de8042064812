// How a workgroup adds one number from each of its lanes, or leaves a row to one thread: the variants that reductions along rows share.
import type { Gpu } from '../gpu/gpu.ts'
import shared from './sum.shared.wgsl?raw'
import subgroup from './sum.subgroup.wgsl?raw'
import { choiceOf } from './variants.ts'

/** thread: a row by one thread, for the software adapter, where barriers are slow; subgroup and shared: a row by a workgroup, for graphics cards. */
export const ROW_VARIANTS = ['thread', 'subgroup', 'shared'] as const
export type RowVariant = (typeof ROW_VARIANTS)[number]

/** The variants of a reduction along rows that run on this adapter, the preferred one first. */
export function rowVariants(gpu: Gpu): readonly RowVariant[] {
  const groups: readonly RowVariant[] = gpu.device.features.has('subgroups') ? ['subgroup', 'shared'] : ['shared']
  return gpu.architecture === 'swiftshader' ? ['thread', ...groups] : [...groups, 'thread']
}

export const rowVariantOf = (gpu: Gpu, operation: string): RowVariant => choiceOf(gpu, operation, rowVariants(gpu))

/** A kernel's source with `sum_of` in front of it. */
export const withSum = (variant: Exclude<RowVariant, 'thread'>, source: string): string => `${variant === 'subgroup' ? subgroup : shared}\n${source}`

/** A grid of `count` workgroups that stays within the adapter's sides: kernels count `y · groups.x + x`. */
export function rowGrid(gpu: Gpu, count: number): [number, number] {
  const across = Math.min(count, gpu.device.limits.maxComputeWorkgroupsPerDimension)
  return [across, across === 0 ? 0 : Math.ceil(count / across)]
}
