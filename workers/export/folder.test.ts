// What the folders of an export hold, read back: every tensor in its place, the adapter added in, shards and files of weights whole.
import { describe, expect, test } from 'vitest'
import { Stream } from '../../src/domain/random.ts'
import type { ExportedFile, ModelFiles } from '../../src/protocol/policy.ts'
import { adapterConfigJson } from '../model/adapter.ts'
import { initialWeights } from '../model/initial.ts'
import { adapterLayout } from '../model/layout.ts'
import { openSafetensors, openWeights, writeSafetensors } from '../model/safetensors.ts'
import { exportFolder } from './export.ts'
import { mergedFolder, onnxFolder } from './folder.ts'
import { openPolicy } from './merge.ts'
import { blocks, constantsOf, fieldsOf, text } from './onnx.testing.ts'

const CONFIG = {
  architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', hidden_size: 24, num_hidden_layers: 2, num_attention_heads: 2, num_key_value_heads: 1, intermediate_size: 40,
  vocab_size: 50, max_position_embeddings: 64, tie_word_embeddings: true, torch_dtype: 'bfloat16', initializer_range: 0.5,
}
const bytesOf = (value: object): ArrayBuffer => new TextEncoder().encode(JSON.stringify(value)).buffer
const bufferOf = async ({ bytes }: ExportedFile): Promise<ArrayBuffer> => (bytes instanceof Blob ? bytes.arrayBuffer() : bytes)
const jsonOf = async (file: ExportedFile): Promise<Record<string, unknown>> => JSON.parse(new TextDecoder().decode(await bufferOf(file))) as Record<string, unknown>
const named = (files: readonly ExportedFile[], name: string): ExportedFile => files.find((file) => file.name === name)!

function folder(more: object = {}): ModelFiles {
  const config = bytesOf({ ...CONFIG, ...more })
  return { config, weights: [{ name: 'model.safetensors', bytes: initialWeights(config, 3) }] }
}

/** An adapter of rank 3 on two kinds of layers, every value other than 0. */
async function withAdapter(files: ModelFiles) {
  const { config } = await openPolicy(files, undefined)
  const adapter = { rank: 3, alpha: 6, targets: ['k_proj', 'down_proj'] }
  const stream = new Stream(1, 'adapter')
  const tensors = adapterLayout(config, adapter.rank, adapter.targets).flatMap(({ members }) => members)
    .map(({ name, shape, elements }) => ({ name, shape, data: Float32Array.from({ length: elements }, () => stream.normal()) }))
  return { files: { ...files, adapterConfig: adapterConfigJson(adapter), adapterWeights: writeSafetensors(tensors) }, adapter: { ...adapter, tensors } }
}

describe('merged safetensors', () => {
  test('hold W + alpha / rank · B·A where the adapter is, and every other tensor as it was', async () => {
    const { files, adapter } = await withAdapter(folder())
    const base = openSafetensors(files.weights[0]!.bytes as ArrayBuffer, 'base')
    const exported = await exportFolder(files, 'merged', 'f32')
    const merged = openSafetensors(await bufferOf(named(exported, 'model.safetensors')), 'merged')
    expect(merged.names.toSorted()).toEqual(base.names.toSorted())
    const values = new Map(adapter.tensors.map(({ name, data }) => [name, data]))
    for (const name of base.names) {
      const at = `base_model.model.${name.replace(/\.weight$/, '')}`
      const [a, b] = [values.get(`${at}.lora_A.weight`), values.get(`${at}.lora_B.weight`)]
      expect(a === undefined, name).toBe(!/(k_proj|down_proj)\.weight$/.test(name))
      const into = base.shape(name)[1] ?? 1
      const expected = base.read(name).map((weight, i) => {
        if (a === undefined || b === undefined) return weight
        const [row, column] = [Math.floor(i / into), i % into]
        return weight + 2 * [0, 1, 2].reduce((sum, r) => sum + b[row * 3 + r]! * a[r * into + column]!, 0)
      })
      expect(merged.read(name), name).toEqual(expected)
    }
    expect(await jsonOf(named(exported, 'config.json'))).toEqual({ ...CONFIG, torch_dtype: 'float32' })
  })

  test('take the learnt adapter for the one among the files, and none where nothing was learnt', async () => {
    const { files, adapter } = await withAdapter(folder())
    const k = 'model.layers.1.self_attn.k_proj.weight'
    const [own, learnt, none] = await Promise.all([openPolicy(files, undefined), openPolicy(files, { adapter: { ...adapter, alpha: 3 } }), openPolicy(files, {})])
    const [two, one, zero] = await Promise.all([own!, learnt!, none!].map(({ read }) => read(k)))
    one!.forEach((value, i) => expect(value - zero![i]!).toBeCloseTo((two![i]! - zero![i]!) / 2, 5))
    expect(two).not.toEqual(zero)
    expect(await own!.read(k, 5, 9)).toEqual(two!.slice(5, 9))
  })

  test('are cut into shards with an index that the loader accepts, in half the bytes as bfloat16', async () => {
    const files = folder({ tie_word_embeddings: false })
    const policy = await openPolicy(files, undefined)
    const exported = await mergedFolder(policy, files, 'BF16', 6000)
    const shards = exported.filter(({ name }) => name.endsWith('.safetensors'))
    expect(shards.length).toBeGreaterThan(2)
    expect(shards[0]!.name).toBe(`model-00001-of-${String(shards.length).padStart(5, '0')}.safetensors`)
    const weights = await openWeights(shards, await bufferOf(named(exported, 'model.safetensors.index.json')))
    expect(weights.names.toSorted()).toEqual(policy.tensors.map(({ name }) => name).toSorted())
    for (const { name } of policy.tensors) {
      const values = await policy.read(name)
      const found = await weights.read(name)
      expect(weights.dtype(name)).toBe('BF16')
      expect(found.every((value, i) => Math.abs(value - values[i]!) <= Math.abs(values[i]!) * 2 ** -8), name).toBe(true)
    }
    expect((await jsonOf(named(exported, 'config.json')))['torch_dtype']).toBe('bfloat16')
  })

  test('refuse files of two models by the tensor that does not fit', async () => {
    const files = { ...folder(), config: bytesOf({ ...CONFIG, intermediate_size: 41 }) }
    await expect(exportFolder(files, 'merged', 'f32')).rejects.toThrow('gate_proj.weight has shape [40, 24], but config.json asks for [41, 24]')
  })

  test('refuse a value that float16 does not hold', async () => {
    const files = folder()
    const policy = await openPolicy(files, undefined)
    const huge = { ...policy, read: async (name: string) => (await policy.read(name)).fill(1e6) }
    await expect(mergedFolder(huge, files, 'F16')).rejects.toThrow('65504')
  })
})

describe('an ONNX folder', () => {
  test('stores each weight once, a tied head as the embedding, matrices turned; beyond a size in a file beside the graph, with the same values', async () => {
    const files = folder()
    const policy = await openPolicy(files, undefined)
    const inside = await onnxFolder(policy, files, { dtype: 'F32' })
    const outside = await onnxFolder(policy, files, { dtype: 'F32', insideBytes: 0 })
    const one = constantsOf(new Uint8Array(await bufferOf(named(inside, 'onnx/model.onnx'))))
    const beside = new Map([['model.onnx_data', await bufferOf(named(outside, 'onnx/model.onnx_data'))]])
    expect(constantsOf(new Uint8Array(await bufferOf(named(outside, 'onnx/model.onnx'))), beside)).toEqual(one)
    expect([...one.values()].filter(({ dims }) => dims.includes(CONFIG.vocab_size))).toHaveLength(1)
    const down = await policy.read('model.layers.0.mlp.down_proj.weight')
    const { dims, data } = one.get('model.layers.0.mlp.down_proj.matrix')!
    expect(dims).toEqual([40, 24])
    expect(Array.from(data as Float32Array, (_, i) => down[(i % 24) * 40 + Math.floor(i / 24)])).toEqual([...data])
    expect((await jsonOf(named(outside, 'config.json')))['transformers.js_config']).toEqual({ dtype: 'fp32', use_external_data_format: { 'model.onnx': 1 } })
    expect((await jsonOf(named(inside, 'config.json')))['transformers.js_config']).toEqual({ dtype: 'fp32' })
  })

  test.each([[12, true, ['input_ids', 'attention_mask', 'position_ids', 'num_logits_to_keep']], [16, false, ['input_ids', 'attention_mask', 'num_logits_to_keep']]] as const)(
    'with heads of %i asks for what transformers.js gives', async (headDim, leftPadding, first) => {
      const files = folder({ head_dim: headDim, num_hidden_layers: 1 })
      const exported = await onnxFolder(await openPolicy(files, undefined), files, { dtype: 'F16', leftPadding })
      const graph = fieldsOf(blocks(fieldsOf(new Uint8Array(await bufferOf(named(exported, 'onnx/model_fp16.onnx')))), 7)[0]!)
      const names = (field: number): string[] => blocks(graph, field).map((each) => text(blocks(fieldsOf(each), 1)[0]))
      expect(names(11)).toEqual([...first, 'past_key_values.0.key', 'past_key_values.0.value'])
      expect(names(12)).toEqual(['logits', 'present.0.key', 'present.0.value'])
      expect((await jsonOf(named(exported, 'config.json')))['torch_dtype']).toBe('float16')
    })

  test('has the chat template where transformers.js looks for it, and every other file as it came', async () => {
    const template = '{% for message in messages %}{{ message.content }}{% endfor %}'
    const files = { ...folder(), chatTemplate: new TextEncoder().encode(template).buffer, tokenizerConfig: bytesOf({ model_max_length: 64 }), tokenizer: bytesOf({ version: '1.0' }) }
    const exported = await exportFolder(files, 'onnx', 'f32')
    expect(await jsonOf(named(exported, 'tokenizer_config.json'))).toEqual({ model_max_length: 64, chat_template: template })
    expect(await jsonOf(named(exported, 'tokenizer.json'))).toEqual({ version: '1.0' })
    expect(new TextDecoder().decode(await bufferOf(named(await exportFolder(files, 'merged', 'f32'), 'chat_template.jinja')))).toBe(template)
  })

  test('is not written in bfloat16', async () => {
    await expect(exportFolder(folder(), 'onnx', 'bf16')).rejects.toThrow('choose f32 or f16')
  })
})
