// Opens one GPU per test file; a missing adapter fails the suite, never skips it.
import { openGpu } from './device.ts'
import type { Gpu } from './gpu.ts'

let opened: Promise<Gpu> | undefined

/** The test file's device. Rejects, failing the test, where there is no adapter. */
export function testGpu(): Promise<Gpu> {
  opened ??= openGpu(navigator.gpu).then(({ gpu }) => {
    gpu.device.addEventListener('uncapturederror', (event) => {
      throw new Error(`WebGPU: ${event.error.message}`)
    })
    return gpu
  })
  return opened
}

/** ‖found − expected‖ / ‖expected‖; the plain norm when expected is all zero. Not-a-number counts as infinite. */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity
  let difference = 0
  let norm = 0
  for (let i = 0; i < expected.length; i++) {
    const e = expected[i] ?? NaN
    difference += ((found[i] ?? NaN) - e) ** 2
    norm += e ** 2
  }
  const error = norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm)
  return Number.isNaN(error) ? Infinity : error
}
