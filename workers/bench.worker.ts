// Serves the benches: each runs on its own device and returns what it measured.
import * as Comlink from 'comlink'
import { openGpu } from './gpu/device.ts'
import { type BenchResult, benchMatmul } from './kernels/matmul/matmul.bench.ts'

const BENCHES = { matmul: benchMatmul }

const service = {
  /** Runs the bench `name`. Rejects when it is unknown or there is no adapter. */
  async run(name: string): Promise<BenchResult> {
    if (!Object.hasOwn(BENCHES, name)) throw new Error(`bench "${name}" is unknown; give one of ${Object.keys(BENCHES).join(', ')}`)
    const { gpu } = await openGpu(navigator.gpu)
    return BENCHES[name as keyof typeof BENCHES](gpu)
  },
}

export type BenchService = typeof service

Comlink.expose(service)
