// The encoder on every device it may run on, against float64 embeddings, and what it asks the network for: nothing beyond its own host.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import expected from '../../../e2e/fixtures/tiny-bert/expected.json'
import type { DenseSpec } from '../../../src/domain/recommender.ts'
import { testGpu } from '../../gpu/testing.ts'
import { devicesFor, normalise, openEncoder } from './encoder.ts'
import { type Model, modelOfFolder } from './modelFiles.ts'

const SPEC: DenseSpec = { kind: 'dense', model: 'tiny-bert', pooling: 'mean', queryPrefix: '', productPrefix: '' }
const TEXTS = expected.map(({ text }) => text)

const addresses: string[] = []
const fetchAnywhere = globalThis.fetch
beforeAll(() => {
  globalThis.fetch = (input, init) => {
    addresses.push(new Request(input, init).url)
    return fetchAnywhere(input, init)
  }
})
afterAll(() => { globalThis.fetch = fetchAnywhere })

/** The fixture as a person drops it; the graph stands in `onnx/` or beside the rest. */
async function tinyBert(graph = 'onnx/model.onnx', more: readonly (readonly [string, Blob])[] = []): Promise<Model> {
  const paths = [['config.json', 'config.json'], ['tokenizer.json', 'tokenizer.json'], ['tokenizer_config.json', 'tokenizer_config.json'], [graph, 'onnx/model.onnx']] as const
  const files = await Promise.all(paths.map(async ([path, from]) => [path, await (await fetchAnywhere(`/e2e/fixtures/tiny-bert/${from}`)).blob()] as const))
  return modelOfFolder('tiny-bert', new Map([...files, ...more]))
}

const error = (found: ArrayLike<number>, wanted: ArrayLike<number>): number => Math.max(...Array.from(wanted, (value, i) => Math.abs(value - found[i]!)))

describe.each(['wasm', 'webgpu'] as const)('a tiny BERT on %s', (device) => {
  test('gives the float64 embeddings of texts of unlike length, more than one batch of them', async () => {
    const encoder = await openEncoder(await tinyBert(), SPEC, await testGpu(), [device])
    expect([encoder.device, encoder.width]).toEqual([device, 16])
    const texts = Array.from({ length: 41 }, (_, i) => TEXTS[i % TEXTS.length]!)
    const wanted = Array.from({ length: 41 }, (_, i) => expected[i % expected.length]!.embedding).flat()
    expect(error(await encoder.embed(texts), wanted)).toBeLessThan(1e-5)
    expect(await encoder.embed([])).toHaveLength(0)
    await encoder.close()
  })

  test('by its first token gives unit vectors that no other text of the batch moves', async () => {
    const encoder = await openEncoder(await tinyBert('model.onnx'), { ...SPEC, pooling: 'cls' }, await testGpu(), [device])
    const together = await encoder.embed(TEXTS)
    for (const [i, text] of TEXTS.entries()) {
      const alone = await encoder.embed([text])
      expect(error(together.slice(i * 16, (i + 1) * 16), alone)).toBeLessThan(1e-5)
      expect(error(alone, expected[i]!.embedding)).toBeGreaterThan(1e-2) // not the mean
      expect(Math.hypot(...alone)).toBeCloseTo(1, 6)
    }
    await encoder.close()
  })
})

test('a text longer than the network has places is cut, though its tokenizer names no length', async () => {
  const boundless = new Blob([JSON.stringify({ tokenizer_class: 'BertTokenizer', do_lower_case: true, model_max_length: 1e30, pad_token: '[PAD]', unk_token: '[UNK]', cls_token: '[CLS]', sep_token: '[SEP]' })])
  const encoder = await openEncoder(await tinyBert('onnx/model.onnx', [['tokenizer_config.json', boundless]]), SPEC, await testGpu(), ['wasm'])
  const rows = await encoder.embed(['red shoe '.repeat(500), 'red shoe '.repeat(12)])
  expect(error(rows.slice(0, 16), rows.slice(16))).toBeLessThan(1e-5)
  await encoder.close()
})

test('nothing was asked of another host', () => {
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name)
  expect(loaded.some((address) => address.includes('.wasm'))).toBe(true)
  expect([...addresses, ...loaded].filter((address) => !address.startsWith('blob:') && new URL(address).host !== location.host)).toEqual([])
})

test('a device that cannot run the model is passed over, and where none can, the sentence names each', async () => {
  const model = await tinyBert()
  const broken: Model = { ...model, files: new Map([...model.files, ['onnx/model.onnx', new Blob(['no graph'])]]) }
  await expect(openEncoder(broken, SPEC, await testGpu(), ['webgpu', 'wasm'])).rejects.toThrow(/^encoder tiny-bert could not be run \(webgpu: .*; wasm: .*\); choose/)
})

test('a software adapter leaves the network to the processor', async () => {
  const gpu = await testGpu()
  expect(devicesFor(gpu)).toEqual(gpu.architecture === 'swiftshader' ? ['wasm'] : ['webgpu', 'wasm'])
  expect(devicesFor(undefined)).toEqual(['wasm'])
})

test('rows are divided by their length; one without a direction becomes zeros', () => {
  const rows = Float32Array.of(3, 4, 0, 0, NaN, 1, 1e-30, 0, 1e30, 1e30)
  normalise(rows, 2)
  expect([...rows]).toEqual([...Float32Array.of(0.6, 0.8, 0, 0, 0, 0, 1, 0, Math.SQRT1_2, Math.SQRT1_2)])
})
