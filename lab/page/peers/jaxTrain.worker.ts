// The sample policy's supervised step in jax-js on WebGPU: the whole step (loss, gradients, AdamW) is one jitted function, as its examples write training.
import * as Comlink from 'comlink'
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax'
import type { ModelConfig } from '../../../src/domain/modelConfig.ts'
import type { Optimiser } from '../../../src/protocol/policy.ts'
import { openSafetensors } from '../../../workers/model/safetensors.ts'

type Tree = Record<string, np.Array>
type Step = (weights: Tree, m: Tree, v: Tree, corrections: np.Array, tokens: np.Array) => [loss: np.Array, weights: Tree, m: Tree, v: Tree]

/** x / rms(x) · weight over the last axis. */
function rmsNorm(x: np.Array, weight: np.Array, epsilon: number): np.Array {
  const scale = np.reciprocal(np.sqrt(np.mean(np.square(x.ref), -1, { keepdims: true }).add(epsilon)))
  return x.mul(scale).mul(weight)
}

/** Turns pairs (i, i + half) of every head by its position's angles; x is [batch, length, heads, headDim]. */
function rotate(x: np.Array, cos: np.Array, sin: np.Array): np.Array {
  const [first, second] = np.split(x, 2, -1) as [np.Array, np.Array]
  const turned = np.concatenate([first.ref.mul(cos.ref).sub(second.ref.mul(sin.ref)), second.mul(cos).add(first.mul(sin))], -1)
  return turned
}

/** Angles [length, 1, headDim / 2] of Su et al. 2021, eq. 15, which the jitted step holds as constants. */
function angles(length: number, { headDim, rotary }: ModelConfig): [cos: np.Array, sin: np.Array] {
  const half = headDim / 2
  const of = (f: (x: number) => number): np.Array =>
    np.array(Float32Array.from({ length: length * half }, (_, i) => f(Math.floor(i / half) * rotary.theta ** (-(i % half) / half)))).reshape([length, 1, half])
  return [of(Math.cos), of(Math.sin)]
}

/** Mean cross-entropy of every token but the first; tokens is [batch, length]. */
function lossOf(weights: Tree, tokens: np.Array, config: ModelConfig): np.Array {
  const { heads, kvHeads, headDim, layers, hidden, normEps, vocabulary } = config
  const [batch, length] = tokens.shape as [number, number]
  const [cos, sin] = angles(length, config)
  const take = (name: string): np.Array => weights[name]!
  const embedding = take('model.embed_tokens.weight')
  const linear = (x: np.Array, name: string): np.Array => np.matmul(x, np.transpose(take(`${name}.weight`)))
  let x = np.take(embedding.ref, tokens.ref, 0)
  for (let l = 0; l < layers; l++) {
    const at = `model.layers.${l}`
    const h = rmsNorm(x.ref, take(`${at}.input_layernorm.weight`), normEps)
    const project = (name: string, count: number): np.Array =>
      linear(h.ref, `${at}.self_attn.${name}_proj`).add(take(`${at}.self_attn.${name}_proj.bias`)).reshape([batch, length, count, headDim])
    const q = rotate(project('q', heads), cos.ref, sin.ref)
    const k = rotate(project('k', kvHeads), cos.ref, sin.ref)
    const v = project('v', kvHeads)
    h.dispose()
    const attention = nn.dotProductAttention(q, k, v, { isCausal: true })
    x = x.add(linear(attention.reshape([batch, length, heads * headDim]), `${at}.self_attn.o_proj`))
    const g = rmsNorm(x.ref, take(`${at}.post_attention_layernorm.weight`), normEps)
    x = x.add(linear(nn.silu(linear(g.ref, `${at}.mlp.gate_proj`)).mul(linear(g, `${at}.mlp.up_proj`)), `${at}.mlp.down_proj`))
  }
  cos.dispose()
  sin.dispose()
  const [predicting] = np.split(rmsNorm(x, take('model.norm.weight'), normEps), [length - 1], 1) as [np.Array, np.Array]
  const [, targets] = np.split(tokens, [1], 1) as [np.Array, np.Array]
  const rows = batch * (length - 1)
  const logits = np.matmul(predicting.reshape([rows, hidden]), np.transpose(embedding))
  const picked = nn.logSoftmax(logits, -1).mul(nn.oneHot(targets.reshape([rows]), vocabulary))
  return np.sum(picked).mul(-1 / rows)
}

/** AdamW with decoupled decay (Loshchilov & Hutter 2019); corrections is (1 − beta1^step, 1 − beta2^step). */
function stepOf(config: ModelConfig, o: Optimiser): Step {
  const gradient = valueAndGrad((weights: Tree, tokens: np.Array) => lossOf(weights, tokens, config))
  return (weights, m, v, corrections, tokens) => {
    const held: Tree = Object.fromEntries(Object.entries(weights).map(([name, value]) => [name, value.ref]))
    const [loss, gradients] = gradient(weights, tokens) as [np.Array, Tree]
    const [first, second] = np.split(corrections, 2) as [np.Array, np.Array]
    const next: [Tree, Tree, Tree] = [{}, {}, {}]
    for (const name of Object.keys(held)) {
      const g = gradients[name]!
      const mean = m[name]!.mul(o.beta1).add(g.ref.mul(1 - o.beta1))
      const square = v[name]!.mul(o.beta2).add(np.square(g).mul(1 - o.beta2))
      const change = mean.ref.div(first.ref).div(np.sqrt(square.ref.div(second.ref)).add(o.epsilon))
      next[0][name] = held[name]!.mul(1 - o.learningRate * o.weightDecay).sub(change.mul(o.learningRate))
      next[1][name] = mean
      next[2][name] = square
    }
    first.dispose()
    second.dispose()
    return [loss, ...next]
  }
}

interface State {
  readonly step: Step
  readonly optimiser: Optimiser
  weights: Tree
  m: Tree
  v: Tree
  taken: number
}
let state: State | undefined

const service = {
  async open(config: ModelConfig, optimiser: Optimiser, file: ArrayBuffer): Promise<void> {
    if (!(await init('webgpu')).includes('webgpu')) throw new Error('jax-js found no WebGPU adapter')
    defaultDevice('webgpu')
    const opened = openSafetensors(file, 'model.safetensors')
    const tree = (of: (name: string) => Float32Array<ArrayBuffer>): Tree => Object.fromEntries(opened.names.map((name) => [name, np.array(of(name)).reshape([...opened.shape(name)])]))
    const zeros = (name: string): Float32Array<ArrayBuffer> => new Float32Array(opened.shape(name).reduce((product, side) => product * side, 1))
    state = { step: jit(stepOf(config, optimiser)) as unknown as Step, optimiser, weights: tree((name) => opened.read(name)), m: tree(zeros), v: tree(zeros), taken: 0 }
    await blockUntilReady([state.weights, state.m, state.v])
  },
  /** One step over `batch` sequences of equal length; its loss before the update, and its time with one synchronisation. */
  async step(tokens: readonly number[], batch: number): Promise<{ loss: number; ms: number }> {
    if (state === undefined) throw new Error('jax-js: no model was opened')
    const { optimiser: { beta1, beta2 } } = state
    const began = performance.now()
    const taken = ++state.taken
    const ids = np.array(Int32Array.from(tokens), { dtype: np.int32 }).reshape([batch, tokens.length / batch])
    const corrections = np.array(Float32Array.of(1 - beta1 ** taken, 1 - beta2 ** taken))
    const [loss, weights, m, v] = state.step(state.weights, state.m, state.v, corrections, ids)
    Object.assign(state, { weights, m, v })
    await blockUntilReady(weights)
    const ms = performance.now() - began
    return { loss: (await loss.data())[0]!, ms }
  },
}

export type JaxTraining = typeof service

Comlink.expose(service)
