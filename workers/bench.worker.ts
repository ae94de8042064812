// Serves the benches: each runs on its own device and returns what it measured.
import * as Comlink from 'comlink'
import { openGpu } from './gpu/device.ts'
import { benchMatmul } from './kernels/matmul/matmul.bench.ts'
import { benchDense } from './retrieval/dense/dense.bench.ts'

const BENCHES = { matmul: benchMatmul, dense: benchDense }

const service = {
  /** Runs the bench `name`, with a peer's model where it has one. Rejects when it is unknown or there is no adapter. */
  async run(name: string, peer: Uint8Array | undefined): Promise<unknown> {
    if (!Object.hasOwn(BENCHES, name)) throw new Error(`bench "${name}" is unknown; give one of ${Object.keys(BENCHES).join(', ')}`)
    const { gpu } = await openGpu(navigator.gpu)
    return BENCHES[name as keyof typeof BENCHES](gpu, peer)
  },
}

export type BenchService = typeof service

Comlink.expose(service)
