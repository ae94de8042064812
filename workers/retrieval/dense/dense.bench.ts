// Measures exact search at a catalogue's real size, against float64 and against onnxruntime-web's MatMul and TopK in the same worker.
import * as ort from 'onnxruntime-web/webgpu'
import moduleUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url'
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'
import { Stream } from '../../../src/domain/random.ts'
import type { Gpu } from '../../gpu/gpu.ts'
import { normalise } from './encoder.ts'
import { ExactSearch } from './exact.ts'

export interface DenseCase {
  /** queries × products × width, best k of so many candidates */
  readonly shape: string
  readonly op: 'uniform' | 'clustered'
  /** milliseconds for the batch, float64 scores and order included: median */
  readonly ours: number
  readonly unit: 'ms'
  readonly peers: Readonly<Record<string, number>>
  readonly submits: number
  /** largest |score − float64| among the candidates as the kernel scored them */
  readonly kernelError: number
  /** the same of the scores that are returned */
  readonly error: number
  /** queries whose best k are those of float64 over the whole catalogue, in its order */
  readonly sameOrder: number
  readonly queries: number
}

export interface DenseBench {
  readonly name: 'dense'
  readonly adapter: string
  /** multiply-adds of the batch, twice, by the median time: GFLOP/s */
  readonly peak: number
  readonly cases: readonly DenseCase[]
  /** each peer's time by ours, on the first case */
  readonly ratios: Readonly<Record<string, number>>
}

const [QUERIES, PRODUCTS, WIDTH, K] = [96, 100_000, 384, 100]
const ROUNDS = 5
/** onnxruntime-web's MatMul of this shape takes more than a minute on a software adapter: one run there, its compilation included */
const PEER_ROUNDS = { wasm: 3, webgpu: 1 } as const
const CLUSTERS = 400

/**
 * Unit vectors: `uniform` in all directions, or `clustered`, where 250 products at a time are near copies of one vector (a shop's variants
 * of one article) and queries stand next to them, so that scores crowd within 1e-4 of each other.
 */
function vectors(op: DenseCase['op'], name: string, count: number): Float32Array<ArrayBuffer> {
  const random = new Stream(1, `bench dense ${op} ${name}`)
  const centres = new Stream(1, 'bench dense centres')
  const middle = Float64Array.from({ length: op === 'clustered' ? CLUSTERS * WIDTH : 0 }, () => centres.normal())
  const rows = new Float32Array(count * WIDTH)
  for (let row = 0; row < count; row++) {
    const centre = (row % CLUSTERS) * WIDTH
    for (let i = 0; i < WIDTH; i++) {
      const noise = random.uniform() - 0.5
      rows[row * WIDTH + i] = op === 'uniform' ? noise + random.uniform() + random.uniform() - 1 : middle[centre + i]! + 0.02 * noise
    }
  }
  normalise(rows, WIDTH)
  return rows
}

/** `peer` is an ONNX model: queries [96, 384], matrix [384, products] → the 200 best values and indices. */
export async function benchDense(gpu: Gpu, peer: Uint8Array | undefined): Promise<DenseBench> {
  const cases: DenseCase[] = []
  for (const op of ['uniform', 'clustered'] as const) {
    const [matrix, queries] = [vectors(op, 'products', PRODUCTS), vectors(op, 'queries', QUERIES)]
    const search = await ExactSearch.create(gpu, PRODUCTS, WIDTH)
    search.write(0, matrix)
    const { submits, found } = await counted(gpu, () => search.search(queries, K)) // compiles, too
    const ours = await median(ROUNDS, () => search.search(queries, K))
    const { kernelError, error, sameOrder } = judge(queries, matrix, found, await search.kernelScores(queries, 2 * K))
    search.free()
    const peers = op === 'uniform' && peer !== undefined ? await timePeers(peer, queries, matrix) : {}
    const shape = `${QUERIES} × ${PRODUCTS} × ${WIDTH}, ${K} of ${2 * K}`
    cases.push({ shape, op, ours, unit: 'ms', peers, submits, kernelError, error, sameOrder, queries: QUERIES })
  }
  const [{ ours, peers }] = cases as [DenseCase]
  return {
    name: 'dense', adapter: gpu.architecture, peak: 2 * QUERIES * PRODUCTS * WIDTH / ours / 1e6, cases,
    ratios: Object.fromEntries(Object.entries(peers).map(([name, ms]) => [name, ms / ours])),
  }
}

async function counted<T>(gpu: Gpu, work: () => Promise<T>): Promise<{ submits: number; found: T }> {
  const { queue } = gpu.device
  const submit = queue.submit.bind(queue)
  let submits = 0
  queue.submit = (buffers) => {
    submits++
    submit(buffers)
  }
  try {
    return { found: await work(), submits }
  } finally {
    queue.submit = submit
  }
}

type Scored = readonly { readonly positions: Uint32Array; readonly scores: ArrayLike<number> }[]

/** Every score in float64, all of them sorted: what is returned must be its beginning. */
function judge(queries: Float32Array, matrix: Float32Array, found: Scored, kernel: Scored): Pick<DenseCase, 'kernelError' | 'error' | 'sameOrder'> {
  const order = Uint32Array.from({ length: PRODUCTS }, (_, i) => i)
  const scores = new Float64Array(PRODUCTS)
  const worst = ({ positions, scores: given }: Scored[number]): number =>
    positions.reduce((most, position, i) => Math.max(most, Math.abs(given[i]! - scores[position]!)), 0)
  let [kernelError, error, sameOrder] = [0, 0, 0]
  for (let query = 0; query < QUERIES; query++) {
    for (let position = 0; position < PRODUCTS; position++) {
      let sum = 0
      for (let i = 0; i < WIDTH; i++) sum += queries[query * WIDTH + i]! * matrix[position * WIDTH + i]!
      scores[position] = sum
    }
    order.sort((a, b) => scores[b]! - scores[a]! || a - b)
    kernelError = Math.max(kernelError, worst(kernel[query]!))
    error = Math.max(error, worst(found[query]!))
    if (found[query]!.positions.length === K && found[query]!.positions.every((position, i) => position === order[i])) sameOrder++
  }
  return { kernelError, error, sameOrder }
}

/** onnxruntime-web on the same data, float32 and unproved: on the same adapter, and on the processor with its threads. */
async function timePeers(model: Uint8Array, queries: Float32Array, matrix: Float32Array): Promise<Record<string, number>> {
  ort.env.wasm.wasmPaths = { mjs: moduleUrl, wasm: wasmUrl }
  ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? navigator.hardwareConcurrency : 1
  const transposed = new Float32Array(matrix.length)
  for (let position = 0; position < PRODUCTS; position++) {
    for (let i = 0; i < WIDTH; i++) transposed[i * PRODUCTS + position] = matrix[position * WIDTH + i]!
  }
  const feeds = { queries: new ort.Tensor('float32', queries, [QUERIES, WIDTH]), matrix: new ort.Tensor('float32', transposed, [WIDTH, PRODUCTS]) }
  const times: Record<string, number> = {}
  for (const provider of ['wasm', 'webgpu'] as const) {
    const session = await ort.InferenceSession.create(model, { executionProviders: [provider] })
    times[`onnxruntime-web ${provider}`] = await median(PEER_ROUNDS[provider], () => session.run(feeds))
    await session.release()
  }
  return times
}

async function median(rounds: number, work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const started = performance.now()
    await work()
    times.push(performance.now() - started)
  }
  return times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)]!
}
