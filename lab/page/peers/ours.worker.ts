// Our products and the adapter's peak, in a worker of their own like every peer.
import * as Comlink from 'comlink'
import { openGpu } from '../../../workers/gpu/device.ts'
import type { Gpu } from '../../../workers/gpu/gpu.ts'
import { PeakMeter } from '../../../workers/gpu/peak.ts'
import { OurProducts } from '../../../workers/kernels/matmul/matmul.bench.ts'
import type { Contender, Product } from '../../../workers/kernels/matmul/matmul.contest.ts'
import type { Choice } from '../../../workers/kernels/matmul/matmul.plan.ts'

interface Opened {
  readonly gpu: Gpu
  readonly products: OurProducts
  readonly meter: PeakMeter
}
let opened: Opened | undefined

function need(): Opened {
  if (opened === undefined) throw new Error('ours: the worker was not opened; call open first')
  return opened
}

const service = {
  /** The adapter, the tiles that were chosen, and the peak. */
  async open(): Promise<{ adapter: string; tiles: Choice; first: PeakMeter['first'] }> {
    const { gpu } = await openGpu(navigator.gpu)
    opened = { gpu, products: await OurProducts.open(gpu), meter: await PeakMeter.open(gpu) }
    return { adapter: gpu.architecture, tiles: opened.products.tiles, first: opened.meter.first }
  },
  prepare: (product: Product) => need().products.prepare(product),
  time: (times: number) => need().products.time(times),
  release: () => need().products.release(),
  sample: () => need().meter.sample(),
} satisfies Contender & Record<string, unknown>

export type OurService = typeof service

Comlink.expose(service)
