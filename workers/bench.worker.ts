// Serves the benches: each runs on its own device and returns what it measured.
import * as Comlink from 'comlink'
import { openGpu } from './gpu/device.ts'
import { benchPeak } from './gpu/peak.bench.ts'
import { benchDecode } from './model/generate.bench.ts'
import { benchDense } from './retrieval/dense/dense.bench.ts'
import { benchSearch } from './retrieval/search.bench.ts'

const openRetrieval = (): Worker => new Worker(new URL('./retrieval.worker.ts', import.meta.url), { type: 'module', name: 'retrieval' })

const BENCHES = {
  peak: async () => benchPeak((await openGpu(navigator.gpu)).gpu),
  decode: () => benchDecode(navigator.gpu),
  dense: async (peer: Uint8Array | undefined) => benchDense((await openGpu(navigator.gpu)).gpu, peer),
  search: () => benchSearch(openRetrieval),
}

const service = {
  /** Runs the bench `name`, with a peer's model where it has one. Rejects when it is unknown or there is no adapter where it needs one. */
  async run(name: string, peer: Uint8Array | undefined): Promise<unknown> {
    if (!Object.hasOwn(BENCHES, name)) throw new Error(`bench "${name}" is unknown; give one of ${Object.keys(BENCHES).join(', ')}`)
    return BENCHES[name as keyof typeof BENCHES](peer)
  },
}

export type BenchService = typeof service

Comlink.expose(service)
