// tfjs on its WebGPU backend: products by matMul with its transposition flags.
import * as Comlink from 'comlink'
import { type Tensor2D, matMul, ready, setBackend, tensor2d } from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-webgpu'
import { type Contender, operand, sidesOfA, sidesOfB } from '../../../workers/kernels/matmul/matmul.contest.ts'

let prepared: { readonly a: Tensor2D; readonly b: Tensor2D; readonly left: boolean; readonly right: boolean } | undefined

const contender: Contender & { open(): Promise<void> } = {
  async open() {
    if (!(await setBackend('webgpu'))) throw new Error('tfjs found no WebGPU adapter')
    await ready()
  },
  async prepare(product) {
    const [aSides, bSides] = [sidesOfA(product), sidesOfB(product)]
    const a = tensor2d(operand(aSides[0] * aSides[1], 1), aSides)
    const b = tensor2d(operand(bSides[0] * bSides[1], 2), bSides)
    prepared = { a, b, left: product.op === 'tn', right: product.op === 'nt' }
    const c = matMul(a, b, prepared.left, prepared.right)
    const values = await c.data<'float32'>()
    c.dispose()
    return Float32Array.from(values)
  },
  async time(times) {
    if (prepared === undefined) throw new Error('tfjs: no product is prepared')
    const { a, b, left, right } = prepared
    const start = performance.now()
    const results = Array.from({ length: times }, () => matMul(a, b, left, right))
    await results.at(-1)?.data() // tfjs has no other way to wait: it submits what is recorded and reads the last result
    const ms = performance.now() - start
    for (const result of results) result.dispose()
    return ms
  },
  async release() {
    prepared?.a.dispose()
    prepared?.b.dispose()
    prepared = undefined
  },
}

Comlink.expose(contender)
