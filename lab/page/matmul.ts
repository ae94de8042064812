// `bench matmul`: ours and the peers, each in a worker and on a device of its own, in turn in one browser.
import { connect, type Connection } from '../../src/client/connection.ts'
import { resultOf, type MatmulBench } from '../../workers/kernels/matmul/matmul.bench.ts'
import { type Contender, contest, PRODUCTS } from '../../workers/kernels/matmul/matmul.contest.ts'
import type { OurService } from './peers/ours.worker.ts'

interface Peer extends Contender {
  open(): Promise<void>
}

const PEERS: Readonly<Record<string, () => Worker>> = {
  'jax-js': () => new Worker(new URL('./peers/jax.worker.ts', import.meta.url), { type: 'module', name: 'jax-js' }),
  tfjs: () => new Worker(new URL('./peers/tfjs.worker.ts', import.meta.url), { type: 'module', name: 'tfjs' }),
  'onnxruntime-web': () => new Worker(new URL('./peers/ort.worker.ts', import.meta.url), { type: 'module', name: 'onnxruntime-web' }),
}

/** The first `count` products alone where that is given: a test's share of the bench. */
export async function benchMatmul(count: number | undefined): Promise<MatmulBench & { failed?: Readonly<Record<string, string>> }> {
  const ours = connect<OurService>(new Worker(new URL('./peers/ours.worker.ts', import.meta.url), { type: 'module', name: 'ours' }), 'ours')
  const peers = new Map<string, Connection<Peer>>()
  const failed: Record<string, string> = {}
  try {
    const { adapter, tiles, first } = await ours.service.open()
    for (const [name, start] of Object.entries(PEERS)) {
      const peer = connect<Peer>(start(), name)
      try {
        await peer.service.open()
        peers.set(name, peer)
      } catch (error) {
        peer.close()
        failed[name] = error instanceof Error ? error.message : String(error)
      }
    }
    const contenders = Object.fromEntries([...peers].map(([name, { service }]) => [name, service]))
    const cases = await contest(PRODUCTS.slice(0, count), ours.service, contenders, ours.service, (line) => void window.labProgress(line))
    return { ...resultOf(adapter, { first }, tiles, cases), ...(Object.keys(failed).length > 0 && { failed }) }
  } finally {
    for (const { close } of [ours, ...peers.values()]) close()
  }
}
