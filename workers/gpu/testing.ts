// Opens one GPU per test file; a missing adapter fails the suite, never skips it.
import { openGpu } from './device.ts'
import type { Gpu } from './gpu.ts'

export { relativeError } from './relativeError.ts'

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

