// What is handed on is loaded by those it is meant for: transformers.js runs the ONNX folder, and this engine reads its own files again.
import * as Comlink from 'comlink'
import { afterAll, describe, expect, test } from 'vitest'
import type { FolderFile } from '../../lab/page/peers/side.ts'
import type { TransformersService } from '../../lab/page/peers/transformers.worker.ts'
import type { ExportedFile, ModelFiles } from '../../src/protocol/policy.ts'
import { testGpu } from '../gpu/testing.ts'
import { generate } from '../model/generate.ts'
import { initialWeights } from '../model/initial.ts'
import { loadModel } from '../model/load.ts'
import type { Model } from '../model/model.ts'
import { CURRENT } from '../model/model.ts'
import { logits } from '../training/golden.ts'
import { Service } from '../training/service.ts'
import { onnxFolder } from './folder.ts'
import { openPolicy } from './merge.ts'

const bytesOf = (value: object): ArrayBuffer => new TextEncoder().encode(JSON.stringify(value)).buffer
const get = async (path: string): Promise<ArrayBuffer> => (await fetch(`/sample/policy/${path}`)).arrayBuffer()

async function sample(): Promise<ModelFiles> {
  const [config, generationConfig, tokenizer, tokenizerConfig, weights] = await Promise.all(['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'].map(get))
  return { config: config!, generationConfig: generationConfig!, tokenizer: tokenizer!, tokenizerConfig: tokenizerConfig!, weights: [{ name: 'model.safetensors', bytes: weights! }] }
}

const SMALL = { hidden_size: 48, num_hidden_layers: 3, num_attention_heads: 6, num_key_value_heads: 2, intermediate_size: 88, vocab_size: 211, max_position_embeddings: 256, initializer_range: 0.3 }
const random = (config: object): ModelFiles => {
  const bytes = bytesOf({ ...SMALL, ...config })
  return { config: bytes, weights: [{ name: 'model.safetensors', bytes: initialWeights(bytes, 7) }] }
}

const MODELS: Readonly<Record<string, () => Promise<ModelFiles>>> = {
  'the sample policy': sample,
  'a Qwen3 with a head of its own': () => Promise.resolve(random({ architectures: ['Qwen3ForCausalLM'], model_type: 'qwen3', head_dim: 16, tie_word_embeddings: false })),
  'a Llama with all its biases and stretched positions': () => Promise.resolve(random({
    architectures: ['LlamaForCausalLM'], model_type: 'llama', attention_bias: true, mlp_bias: true, tie_word_embeddings: true,
    rope_theta: 500, rope_scaling: { rope_type: 'llama3', factor: 4, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 64 },
  })),
}

const folderOf = (files: readonly ExportedFile[]): FolderFile[] => files.map(({ name, bytes }) => ({ path: name, bytes: bytes instanceof Blob ? bytes : new Blob([bytes]) }))

const workers: Worker[] = []
afterAll(() => workers.forEach((worker) => worker.terminate()))

async function openPeer(files: readonly ExportedFile[]): Promise<Comlink.Remote<TransformersService>> {
  const worker = new Worker(new URL('../../lab/page/peers/transformers.worker.ts', import.meta.url), { type: 'module' })
  workers.push(worker)
  const peer = Comlink.wrap<TransformersService>(worker)
  expect(await peer.open(folderOf(files), 'wasm', 1)).toEqual({ threads: 1 })
  return peer
}

const load = async (files: ModelFiles): Promise<Model> => loadModel(await testGpu(), files, { base: false, adapter: false })

async function greedy(model: Model, ids: readonly number[], count: number): Promise<readonly number[]> {
  const [drawn] = await generate(model, [{ key: 0, ids }], { groupSize: 1, maxNewTokens: count, temperature: 0, topK: 0, topP: 1, stops: [], seed: 0, step: 0, version: CURRENT })
  return drawn!.ids
}

const difference = (a: Float32Array, b: Float32Array): number => a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), a.length === b.length ? 0 : Infinity)
const prompt = (length: number, vocabulary: number, seed: number): number[] => Array.from({ length }, (_, i) => (seed + i * (37 + seed)) % vocabulary)

describe.each(Object.entries(MODELS))('%s as ONNX', (_, open) => {
  test('gives the logits of this engine in transformers.js, and continues greedily with the same 48 tokens, id for id', async () => {
    const files = await open()
    const model = await load(files)
    const peer = await openPeer(await onnxFolder(await openPolicy(files, undefined), files, { dtype: 'F32' }))
    const { vocabulary } = model.config
    const rows = [prompt(33, vocabulary, 5), prompt(1, vocabulary, 8), prompt(17, vocabulary, 11)]
    for (const row of rows) {
      const { dims, data } = await peer.logits([row])
      expect(dims).toEqual([1, row.length, vocabulary])
      expect(difference(data, await logits(model, row, CURRENT))).toBeLessThan(1e-4)
      const { ids } = await peer.generate([row], 48)
      expect(ids).toEqual([await greedy(model, row, 48)])
    }
    // rows of unlike lengths in one batch, padded on the left as transformers.js pads them
    const [long, short] = [rows[0]!, rows[2]!]
    const padding = Array.from({ length: long.length - short.length }, () => 0)
    const { ids } = await peer.generate([long, [...padding, ...short]], 24, [long.map(() => 1), [...padding, ...short.map(() => 1)]])
    expect(ids).toEqual([await greedy(model, long, 24), await greedy(model, short, 24)])
    await peer.close()
    model.free()
  })
})
