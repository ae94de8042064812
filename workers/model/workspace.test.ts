// Capacities of activations: in few steps, and never beyond what an adapter binds where less is needed.
import { expect, test } from 'vitest'
import type { Gpu, Tensor } from '../gpu/gpu.ts'
import { Workspace } from './workspace.ts'

/** A GPU that makes rooms as the real one does, within `bindingLimit` bytes. */
function rooms(bindingLimit: number): Gpu {
  const room = (_: string, words: number): Tensor => {
    if (words * 4 > bindingLimit) throw new Error(`${words * 4} bytes are beyond ${bindingLimit}`)
    return { buffer: {} as GPUBuffer, offset: 0, size: words * 4 }
  }
  return { bindingLimit, room, discard: () => undefined } as unknown as Gpu
}

test('rooms grow in steps, up to what the adapter binds', () => {
  const space = new Workspace(rooms(4 * 960), 'activations')
  expect(space.get('x', 600).size).toBe(4 * 640)
  expect(space.get('x', 901).size).toBe(4 * 960)
  expect(space.get('y', 960).size).toBe(4 * 960)
  expect(() => space.get('z', 961)).toThrow('beyond 3840')
})
