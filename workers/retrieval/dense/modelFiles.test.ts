// What counts as an encoder's folder, how it is known again, and what is asked of the hub: only what a person chose, and once.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { modelOfFolder, modelOfHub } from './modelFiles.ts'

const file = (text: string, name = 'x'): File => new File([text], name)
const FOLDER = { 'config.json': file('{}'), 'tokenizer.json': file('{"a":1}'), 'tokenizer_config.json': file('{}'), 'onnx/model.onnx': file('graph') }

describe('a dropped folder', () => {
  test('gives float32 weights where it has them, else the next best', async () => {
    const { 'onnx/model.onnx': graph, ...rest } = FOLDER
    expect((await modelOfFolder('m', { ...FOLDER, 'onnx/model_quantized.onnx': file('q') })).dtype).toBe('fp32')
    expect((await modelOfFolder('m', { ...rest, 'onnx/model_quantized.onnx': graph, 'onnx/model_q4.onnx': graph })).dtype).toBe('q8')
    expect((await modelOfFolder('m', { ...rest, 'onnx/model_fp16.onnx': graph })).dtype).toBe('fp16')
  })

  test('may have its graph beside the configuration, and its weights beside the graph', async () => {
    const { 'onnx/model.onnx': graph, ...rest } = FOLDER
    const model = await modelOfFolder('m', { ...rest, 'model.onnx': graph, 'model.onnx_data': file('1'), 'model.onnx_data_1': file('2') })
    expect(model.externalData).toBe(2)
    expect([...model.files.keys()]).toEqual(expect.arrayContaining(['onnx/model.onnx', 'onnx/model.onnx_data', 'onnx/model.onnx_data_1']))
  })

  test('is known by the bytes that decide an embedding, not by its name or its other files', async () => {
    const { digest } = await modelOfFolder('one', FOLDER)
    expect(digest).toMatch(/^[0-9a-f]{64}$/)
    expect((await modelOfFolder('two', { ...FOLDER, 'README.md': file('hello'), 'onnx/model_q4.onnx': file('q') })).digest).toBe(digest)
    for (const path of Object.keys(FOLDER)) expect((await modelOfFolder('one', { ...FOLDER, [path]: file('{"b":2}') })).digest).not.toBe(digest)
  })

  test.each([
    [{ max_position_embeddings: 512, model_type: 'bert' }, { model_max_length: 1e30 }, 512], [{ max_position_embeddings: 512, model_type: 'bert' }, { model_max_length: 128 }, 128],
    [{ max_position_embeddings: 514, model_type: 'xlm-roberta', pad_token_id: 1 }, {}, 512], [{ max_position_embeddings: 514, model_type: 'mpnet' }, { model_max_length: 1e30 }, 512],
    [{ model_type: 't5' }, {}, 512], [{ model_type: 't5' }, { model_max_length: 300 }, 300],
  ])('of configuration %j and tokenizer %j cuts texts at %i tokens', async (config, tokenizer, most) => {
    const { files } = await modelOfFolder('m', { ...FOLDER, 'config.json': file(JSON.stringify(config)), 'tokenizer_config.json': file(JSON.stringify({ a: 'kept', ...tokenizer })) })
    expect(JSON.parse(await files.get('tokenizer_config.json')!.text())).toEqual({ a: 'kept', model_max_length: most })
  })

  test('whose configuration is no JSON is refused by name', async () => {
    await expect(modelOfFolder('mine', { ...FOLDER, 'config.json': file('<html>') })).rejects.toThrow('encoder mine: config.json is no JSON')
  })

  test('that lacks something is refused by the names of what is missing', async () => {
    const { 'tokenizer.json': _, ...rest } = FOLDER
    await expect(modelOfFolder('mine', rest)).rejects.toThrow('encoder mine: tokenizer.json is missing; drop a folder in the model hub\'s layout, with its ONNX export')
    await expect(modelOfFolder('mine', {})).rejects.toThrow('config.json, tokenizer.json, tokenizer_config.json, onnx/model.onnx are missing')
  })
})

describe('the model hub', () => {
  const asked: string[] = []
  const kept = new Map<string, Response>()
  let answer: (path: string) => Response

  beforeEach(() => {
    asked.length = 0
    kept.clear()
    answer = (path) => (path in FOLDER ? new Response(FOLDER[path as keyof typeof FOLDER]) : new Response('', { status: 404 }))
    vi.stubGlobal('fetch', (address: string) => {
      asked.push(address)
      return Promise.resolve(answer(address.split('/resolve/main/')[1]!))
    })
    vi.stubGlobal('caches', { open: () => Promise.resolve({
      match: (address: string) => Promise.resolve(kept.get(address)?.clone()),
      put: (address: string, response: Response) => { kept.set(address, response); return Promise.resolve() },
    }) })
  })
  afterEach(() => { vi.unstubAllGlobals() })

  test('is asked for the files of the chosen model, once; then the browser has them', async () => {
    const first = await modelOfHub('someone/encoder-v1.5')
    expect(first.digest).toBe((await modelOfFolder('x', FOLDER)).digest)
    expect(asked.slice(0, 4)).toEqual(Object.keys(FOLDER).map((path) => `https://huggingface.co/someone/encoder-v1.5/resolve/main/${path}`))
    asked.length = 0
    expect((await modelOfHub('someone/encoder-v1.5')).digest).toBe(first.digest)
    expect(asked).toEqual(['https://huggingface.co/someone/encoder-v1.5/resolve/main/onnx/model.onnx_data']) // was not there, and is looked for again
  })

  test.each(['', '..', 'a/../b', 'a/b/c', 'https://example.com/a', 'a b', '/etc', '?x'])('is never asked for %j, which is no name', async (id) => {
    await expect(modelOfHub(id)).rejects.toThrow('is no name of the model hub; write it as owner/name, or drop a folder')
    expect(asked).toEqual([])
  })

  test('that refuses, lacks the export or is out of reach is named with the remedy', async () => {
    answer = () => new Response('', { status: 401 })
    await expect(modelOfHub('a/b')).rejects.toThrow('came with status 401 instead of 200; check the name and whether the model is public, or drop its folder')
    answer = (path) => (path === 'onnx/model.onnx' ? new Response('', { status: 404 }) : new Response('{}'))
    await expect(modelOfHub('a/b')).rejects.toThrow('encoder a/b of the model hub: onnx/model.onnx is missing')
    answer = () => { throw new TypeError('Failed to fetch') }
    await expect(modelOfHub('a/c')).rejects.toThrow('could not be reached; check the connection, or drop the model\'s folder instead')
    expect([...kept.keys()].every((address) => !address.includes('a/c'))).toBe(true)
  })
})
