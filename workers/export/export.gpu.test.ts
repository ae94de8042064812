// What is handed on is loaded by those it is meant for: transformers.js runs the ONNX folder, and this engine reads its own files again.
import * as Comlink from 'comlink'
import { afterAll, describe, expect, test } from 'vitest'
import type { FolderFile } from '../../lab/page/peers/side.ts'
import type { TransformersService } from '../../lab/page/peers/transformers.worker.ts'
import { loadSamplePolicy } from '../../src/client/sample.ts'
import type { ExportedFile, ModelFiles, WeightFile } from '../../src/protocol/policy.ts'
import { testGpu } from '../gpu/testing.ts'
import { generate } from '../model/generate.ts'
import { loadModel } from '../model/load.ts'
import type { Model } from '../model/model.ts'
import { CURRENT } from '../model/model.ts'
import { openTokenizer } from '../model/tokenizer.ts'
import { type CaseName, goldenCase, oddCase } from '../training/fixtures/load.ts'
import { logits } from '../training/golden.ts'
import { Service } from '../training/service.ts'
import { onnxFolder } from './folder.ts'
import { openPolicy } from './merge.ts'

/** Heads of 12, 16 and others, every bias, norms of heads, stretched positions, tied heads and heads of their own; all but the sample with an adapter. */
const MODELS: readonly (readonly [string, () => Promise<ModelFiles>])[] = [
  ['the sample policy', loadSamplePolicy],
  ...(['odd', 'qwen3', 'llama', 'llama-tied'] satisfies CaseName[]).map((name) => [`the golden case ${name} with its adapter`, async () => (await goldenCase(name)).files] as const),
]

const bufferOf = async (bytes: ArrayBuffer | Blob): Promise<ArrayBuffer> => (bytes instanceof Blob ? bytes.arrayBuffer() : bytes)
const folderOf = (files: readonly ExportedFile[]): FolderFile[] => files.map(({ name, bytes }) => ({ path: name, bytes: bytes instanceof Blob ? bytes : new Blob([bytes]) }))

/** One for all tests: opening a device and choosing its kernels takes longer than they do. */
const service = new Service(navigator.gpu, () => performance.now())

type Peer = Comlink.Remote<TransformersService>
const worker = new Worker(new URL('../../lab/page/peers/transformers.worker.ts', import.meta.url), { type: 'module' })
/** Kept for all tests: Comlink lets go of a worker when its last proxy is collected. */
const peer: Peer = Comlink.wrap<TransformersService>(worker)
afterAll(() => worker.terminate())

/** Opens a folder in the one worker; the last one must be closed. */
const openPeer = (files: readonly ExportedFile[]): Promise<unknown> => peer.open(folderOf(files), 'wasm', 1)

const load = async (files: ModelFiles): Promise<Model> => loadModel(await testGpu(), files, { base: false, adapter: false })

async function greedy(model: Model, rows: readonly (readonly number[])[], count: number): Promise<(readonly number[])[]> {
  const prompts = rows.map((ids, key) => ({ key, ids }))
  const drawn = await generate(model, prompts, { groupSize: 1, maxNewTokens: count, temperature: 0, topK: 0, topP: 1, stops: [], seed: 0, step: 0, version: CURRENT })
  return drawn.map(({ ids }) => ids)
}

const digestOf = async (bytes: ArrayBuffer): Promise<string> => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).join()
const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), a.length === b.length ? 0 : Infinity)
const prompt = (length: number, vocabulary: number): number[] => Array.from({ length }, (_, i) => (5 + i * (37 + length)) % vocabulary)

describe.each(MODELS)('%s in transformers.js', (_, open) => {
  test('gives the logits of this engine, and continues greedily with the same 48 tokens, id for id; in a batch padded on the left, too', async () => {
    const files = await open()
    const model = await load(files)
    await openPeer(await onnxFolder(await openPolicy(files, undefined), files, { dtype: 'F32' }))
    const { vocabulary } = model.config
    const [long, short, single] = [prompt(33, vocabulary), prompt(17, vocabulary), prompt(1, vocabulary)]
    for (const row of [long, short, single]) {
      const { dims, data } = await peer.logits([row])
      expect(dims).toEqual([1, row.length, vocabulary])
      expect(difference(data, await logits(model, row, CURRENT))).toBeLessThan(1e-4)
    }
    const wanted = await greedy(model, [long, short], 48)
    expect((await peer.generate([long], 48)).ids).toEqual([wanted[0]])
    const padding = Array.from({ length: long.length - short.length }, () => 0)
    expect((await peer.generate([long, [...padding, ...short]], 48, [long.map(() => 1), [...padding, ...short.map(() => 1)]])).ids).toEqual(wanted)
    await peer.close()
    model.free()
  })
})

describe('the sample policy', () => {
  test('continues a text in transformers.js’s pipeline with the text of the same ids', async () => {
    const files = await loadSamplePolicy()
    const [model, tokenizer] = [await load(files), await openTokenizer(files)]
    await openPeer(await onnxFolder(await openPolicy(files, undefined), files, { dtype: 'F32' }))
    const text = 'query: red desk lamp'
    const [ids] = await greedy(model, [tokenizer!.encode(text)], 12)
    expect(tokenizer!.encode(text + await peer.continueText(text, 12))).toEqual(tokenizer!.encode(text + tokenizer!.decode(ids!)))
    await peer.close()
    model.free()
  })

  test('as exporters write it, with its weights beside the graph, gives the same logits', async () => {
    const files = await loadSamplePolicy()
    const model = await load(files)
    const exported = await onnxFolder(await openPolicy(files, undefined), files, { dtype: 'F32', leftPadding: false, insideBytes: 1000 })
    expect(exported.map(({ name }) => name)).toContain('onnx/model.onnx_data')
    await openPeer(exported)
    const row = prompt(20, model.config.vocabulary)
    expect(difference((await peer.logits([row])).data, await logits(model, row, CURRENT))).toBeLessThan(1e-4)
    await peer.close()
    model.free()
  })

  test('in half precision gives its logits to half precision', async () => {
    const files = await loadSamplePolicy()
    const model = await load(files)
    await openPeer(await onnxFolder(await openPolicy(files, undefined), files, { dtype: 'F16' }))
    const row = prompt(20, model.config.vocabulary)
    const wanted = await logits(model, row, CURRENT)
    const error = difference((await peer.logits([row])).data, wanted) / Math.max(...wanted.map(Math.abs))
    expect(error).toBeLessThan(1e-2)
    expect(error).toBeGreaterThan(1e-6) // it is half precision
    await peer.close()
    model.free()
  })
})

describe('an adapter that was trained', () => {
  const LORA = { kind: 'lora', rank: 4, alpha: 8, targets: ['q_proj', 'v_proj', 'o_proj', 'down_proj'], seed: 5 } as const
  const SFT = { fullText: true, optimiser: { learningRate: 5e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 0 } }
  const ROW = [3, 700, 12, 9, 41, 5]

  async function trained(options?: Parameters<Service['load']>[2]): Promise<ModelFiles> {
    const { files: { config, weights } } = await oddCase()
    await service.load({ config, weights }, LORA, options)
    for (let step = 0; step < 2; step++) await service.supervise({ ...SFT, sequences: [{ promptIds: [3, 700], ids: [12, 9, 1] }] })
    return { config, weights }
  }
  const named = async (files: readonly ExportedFile[], name: string): Promise<ArrayBuffer> => bufferOf(files.find((file) => file.name === name)!.bytes)

  test('is read again from its PEFT folder to the byte, draws the same ids with the same log-probabilities, and merged gives its logits within 1e-5', async () => {
    const files = await trained()
    const [adapter, again] = [await service.exportFiles(), await service.exportFiles('trained')]
    expect(again).toEqual(adapter)
    const withAdapter: ModelFiles = { ...files, adapterConfig: await named(adapter, 'adapter_config.json'), adapterWeights: await named(adapter, 'adapter_model.safetensors') }
    const merged = await service.exportFiles('merged')
    const weights: WeightFile[] = [{ name: 'model.safetensors', bytes: await named(merged, 'model.safetensors') }]
    const [base, beside, inside] = [await load(files), await load(withAdapter), await load({ config: await named(merged, 'config.json'), weights })]
    const [plain, besideLogits, insideLogits] = [await logits(base, ROW, CURRENT), await logits(beside, ROW, CURRENT), await logits(inside, ROW, CURRENT)]
    expect(difference(besideLogits, plain)).toBeGreaterThan(1e-2) // it has learnt
    const sample = () => service.continueIds(ROW, { temperature: 1, topK: 0, topP: 1, maxNewTokens: 16 }, [], 1)
    const sampled = await sample()
    await service.load(withAdapter, LORA)
    expect(await digestOf(await named(await service.exportFiles('trained'), 'adapter_model.safetensors'))).toBe(await digestOf(withAdapter.adapterWeights!))
    expect(await sample()).toEqual(sampled)
    expect(difference(insideLogits, besideLogits)).toBeLessThan(1e-5)
    for (const model of [base, beside, inside]) model.free()
  })

  test('on a base that lies packed in int8 is merged into the checkpoint’s own numbers, not into the rounded ones', async () => {
    const files = await trained({ weights: 'int8', checkpointing: 'off' })
    const adapter = await service.exportFiles('trained')
    const merged = await service.exportFiles('merged')
    const policy = await openPolicy({ ...files, adapterConfig: await named(adapter, 'adapter_config.json'), adapterWeights: await named(adapter, 'adapter_model.safetensors') }, undefined)
    const again = await load({ config: await named(merged, 'config.json'), weights: [{ name: 'model.safetensors', bytes: await named(merged, 'model.safetensors') }] })
    for (const { name, data } of await again.base.download('weights')) expect(difference(data, await policy.read(name)), name).toBe(0)
    again.free()
  })
})

test('a policy whose every weight was trained is exported with what it has learnt, merged and as ONNX', async () => {
  const { files: { config, weights } } = await oddCase()
  await service.load({ config, weights }, { kind: 'full' })
  await service.supervise({ sequences: [{ promptIds: [3], ids: [12, 9, 1] }], fullText: true, optimiser: { learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 0 } })
  const [trained, merged] = [await service.exportFiles('trained'), await service.exportFiles('merged')]
  const file = async (files: readonly ExportedFile[]): Promise<ArrayBuffer> => bufferOf(files.find(({ name }) => name === 'model.safetensors')!.bytes)
  expect(await digestOf(await file(merged))).toBe(await digestOf(await file(trained)))
  expect(await digestOf(await file(merged))).not.toBe(await digestOf(await bufferOf(weights[0]!.bytes)))
  const model = await load({ config, weights: [{ name: 'model.safetensors', bytes: await file(merged) }] })
  await openPeer(await service.exportFiles('onnx'))
  expect(difference((await peer.logits([[3, 12, 9]])).data, await logits(model, [3, 12, 9], CURRENT))).toBeLessThan(1e-4)
  await peer.close()
  model.free()
})
