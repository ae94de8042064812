// onnxruntime-web on WebGPU: products as MatMul, transposed ones as Gemm; operands and results stay on the GPU.
import * as Comlink from 'comlink'
import * as ort from 'onnxruntime-web/webgpu'
import moduleUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url'
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'
import { onnxModel } from '../../../workers/export/onnx.ts'
import { type Contender, operand, type Product, sidesOfA, sidesOfB } from '../../../workers/kernels/matmul/matmul.contest.ts'

interface Prepared {
  readonly session: ort.InferenceSession
  readonly feeds: Readonly<Record<'a' | 'b', ort.Tensor>>
  readonly buffers: readonly GPUBuffer[]
  readonly device: GPUDevice
}
let prepared: Prepared | undefined

function modelOf(product: Product): Uint8Array {
  const { op, m, n } = product
  const node = op === 'nn'
    ? { op: 'MatMul', inputs: ['a', 'b'], outputs: ['c'] }
    : { op: 'Gemm', inputs: ['a', 'b'], outputs: ['c'], attributes: { transA: op === 'tn' ? 1 : 0, transB: op === 'nt' ? 1 : 0 } }
  return onnxModel({
    name: 'product', constants: [], nodes: [node],
    inputs: [{ name: 'a', type: 'float', shape: sidesOfA(product) }, { name: 'b', type: 'float', shape: sidesOfB(product) }],
    outputs: [{ name: 'c', type: 'float', shape: [m, n] }],
  })
}

function upload(device: GPUDevice, sides: readonly [number, number], salt: number): { buffer: GPUBuffer; tensor: ort.Tensor } {
  const data = operand(sides[0] * sides[1], salt)
  const buffer = device.createBuffer({ size: Math.ceil(data.byteLength / 16) * 16, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST })
  device.queue.writeBuffer(buffer, 0, data)
  return { buffer, tensor: ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: sides }) }
}

/** The feeds' buffers stay ours: tensors made from them are only views. */
const contender: Contender & { open(): Promise<void> } = {
  async open() {
    if (ort.env.wasm === undefined) throw new Error('onnxruntime-web has no wasm settings')
    ort.env.wasm.wasmPaths = { mjs: moduleUrl, wasm: wasmUrl }
    ort.env.wasm.numThreads = 1
  },
  async prepare(product) {
    const session = await ort.InferenceSession.create(modelOf(product), { executionProviders: ['webgpu'], preferredOutputLocation: 'gpu-buffer' })
    const device = await ort.env.webgpu.device
    const [a, b] = [upload(device, sidesOfA(product), 1), upload(device, sidesOfB(product), 2)]
    prepared = { session, feeds: { a: a.tensor, b: b.tensor }, buffers: [a.buffer, b.buffer], device }
    const { c } = await session.run(prepared.feeds)
    if (c === undefined) throw new Error('onnxruntime-web gave no result')
    return Float32Array.from(await c.getData(true) as Float32Array)
  },
  async time(times) {
    if (prepared === undefined) throw new Error('onnxruntime-web: no product is prepared')
    const { session, feeds, device } = prepared
    const results: ort.Tensor[] = []
    const start = performance.now()
    for (let i = 0; i < times; i++) results.push((await session.run(feeds)).c!)
    await device.queue.onSubmittedWorkDone()
    const ms = performance.now() - start
    for (const result of results) result.dispose()
    return ms
  },
  async release() {
    if (prepared === undefined) return
    const { session, buffers, feeds } = prepared
    prepared = undefined
    for (const tensor of Object.values(feeds)) tensor.dispose()
    for (const buffer of buffers) buffer.destroy()
    await session.release()
  },
}

Comlink.expose(contender)
