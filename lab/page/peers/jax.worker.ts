// jax-js on WebGPU: products, jitted, as its documentation writes them.
import * as Comlink from 'comlink'
import { blockUntilReady, defaultDevice, init, jit, numpy as np } from '@jax-js/jax'
import { type Contender, operand, type Product, sidesOfA, sidesOfB } from '../../../workers/kernels/matmul/matmul.contest.ts'

type Multiply = (a: np.Array, b: np.Array) => np.Array

/** One jitted function for each transposition: jax-js fuses the transposed view into the product's kernel. */
const MULTIPLY: Readonly<Record<Product['op'], Multiply>> = {
  nn: jit((a: np.Array, b: np.Array) => np.matmul(a, b)),
  nt: jit((a: np.Array, b: np.Array) => np.matmul(a, np.transpose(b))),
  tn: jit((a: np.Array, b: np.Array) => np.matmul(np.transpose(a), b)),
}

let prepared: { readonly a: np.Array; readonly b: np.Array; readonly multiply: Multiply } | undefined

const contender: Contender & { open(): Promise<void> } = {
  async open() {
    const devices = await init('webgpu')
    if (!devices.includes('webgpu')) throw new Error('jax-js found no WebGPU adapter')
    defaultDevice('webgpu')
  },
  async prepare(product) {
    const { op } = product
    const a = np.array(operand(sides(sidesOfA(product)), 1)).reshape(sidesOfA(product))
    const b = np.array(operand(sides(sidesOfB(product)), 2)).reshape(sidesOfB(product))
    await blockUntilReady([a, b])
    prepared = { a, b, multiply: MULTIPLY[op] }
    return Float32Array.from(await prepared.multiply(a.ref, b.ref).data())
  },
  async time(times) {
    if (prepared === undefined) throw new Error('jax-js: no product is prepared')
    const { a, b, multiply } = prepared
    const start = performance.now()
    const results = Array.from({ length: times }, () => multiply(a.ref, b.ref))
    await blockUntilReady(results) // its one way to run what is pending
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

const sides = ([rows, columns]: readonly [number, number]): number => rows * columns

Comlink.expose(contender)
