// Sizes of GPU buffers as they are really made: one rule for the allocator that makes them and for the plan that predicts them.

const SMALLEST = 256
const CLASSED = 1 << 16
const ALIGNMENT = 256

/** A freed buffer larger than this is destroyed at once; those that are kept together stay below POOL_BYTES and POOL_BUFFERS. */
export const POOL_BUFFER_BYTES = 1 << 23
export const POOL_BYTES = 1 << 25
export const POOL_BUFFERS = 512

/** Bytes of the buffer that holds `size` bytes: powers of two up to 64 KiB, so that freed ones fit again; multiples of 256 beyond. */
export function bufferBytes(size: number): number {
  if (size <= SMALLEST) return SMALLEST
  return size <= CLASSED ? 2 ** Math.ceil(Math.log2(size)) : Math.ceil(size / ALIGNMENT) * ALIGNMENT
}

/** Steps of a quarter octave: capacities grow in few steps, so that batches of similar size share one buffer and a long run's memory stays flat. No more than `most` unless `count` is more. */
export function capacity(count: number, most = Infinity): number {
  const step = count <= 16 ? 4 : 2 ** (Math.ceil(Math.log2(count)) - 3)
  return Math.max(count, Math.min(most, Math.ceil(count / step) * step))
}
