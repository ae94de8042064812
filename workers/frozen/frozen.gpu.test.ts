// A frozen model against the engine itself: an exported policy, given as a folder or served by a mirror, answers a prompt with the engine's own greedy tokens.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadSamplePolicy } from '../../src/client/sample.ts'
import { settingsOf } from '../../src/domain/config.ts'
import { renderPrompt } from '../../src/domain/prompt.ts'
import type { FrozenFiles, FrozenProgress } from '../../src/protocol/frozen.ts'
import type { Rollout } from '../../src/protocol/policy.ts'
import type { FrozenReference } from '../../src/protocol/sources.ts'
import { Service } from '../training/service.ts'
import { FrozenDesk } from './desk.ts'
import { forgetFrozen, FROZEN_CACHE } from './files.ts'

const settings = settingsOf('sample')
const PROMPTS = ['cheap ps4 gamepad', 'standing desk'].map((query) => renderPrompt(query, settings).text)
const REFERENCE: FrozenReference = { model: 'exported', from: 'folder', revision: 'main', mirror: '', dtype: 'fp32', device: 'wasm' }
const MIRRORED: FrozenReference = { ...REFERENCE, model: 'someone/exported', from: 'hub', mirror: 'https://mirror.test' }

let files: FrozenFiles
let wanted: readonly Rollout[]

beforeAll(async () => {
  const service = new Service(navigator.gpu, () => performance.now())
  await service.load(await loadSamplePolicy(), { kind: 'lora', rank: 4, alpha: 8, targets: ['q_proj'], seed: 1 })
  const sampling = { temperature: 0, topK: 0, topP: 1, maxNewTokens: settings.maxNewTokens, stop: ['<|im_end|>'] }
  wanted = await service.generate({ prompts: PROMPTS.map((text, key) => ({ key, text })), groupSize: 1, sampling, seed: 1, step: 0, version: 'current' })
  files = Object.fromEntries((await service.exportFiles('onnx', 'f32')).map(({ name, bytes }) => [name, bytes instanceof Blob ? bytes : new Blob([bytes])]))
}, 120_000)
afterAll(() => caches.delete(FROZEN_CACHE))

/** A mirror that serves the exported folder, and remembers what it was asked for. */
function mirror(status?: number): { readonly asked: string[]; readonly fetch: (address: string, init: RequestInit) => Promise<Response> } {
  const asked: string[] = []
  return {
    asked,
    fetch: (address, { method = 'GET' }) => {
      const path = address.replace('https://mirror.test/someone/exported/resolve/main/', '')
      asked.push(`${method} ${path}`)
      const file = files[path]
      if (status !== undefined) return Promise.resolve(new Response('no', { status }))
      if (file === undefined) return Promise.resolve(new Response('not here', { status: 404 }))
      return Promise.resolve(new Response(method === 'HEAD' ? null : file, { headers: { 'content-length': String(file.size) } }))
    },
  }
}

describe('an exported policy as a frozen model', () => {
  test('answers prompts with the engine’s own greedy tokens and text, from a folder', async () => {
    const desk = new FrozenDesk()
    const info = await desk.open(REFERENCE, files)
    expect(info).toMatchObject({ ownTemplate: false, bytes: files['onnx/model.onnx']!.size })
    const found = await desk.generate(PROMPTS, settings.maxNewTokens)
    expect(found).toEqual(wanted.map(({ ids, text, stop }) => ({ ids, text, stop })))
    expect(found[0]!.ids.length).toBeGreaterThan(3)
  })

  test('comes from a mirror once, with its progress, and from the browser’s cache after that', async () => {
    const [first, again] = [mirror(), mirror()]
    const told: FrozenProgress[] = []
    await new FrozenDesk(first.fetch).open(MIRRORED, undefined, (progress) => told.push(progress))
    expect(first.asked).toContain('GET onnx/model.onnx')
    expect(told.at(-1)).toMatchObject({ what: 'opening' })
    expect(told.some(({ what, bytes, of }) => what === 'onnx/model.onnx' && bytes > 0 && bytes <= of)).toBe(true)
    const desk = new FrozenDesk(again.fetch)
    await desk.open(MIRRORED, undefined)
    expect(again.asked.filter((path) => files[path.slice(4)] !== undefined)).toEqual([])
    expect((await desk.generate(PROMPTS.slice(0, 1), 4))[0]!.ids).toEqual(wanted[0]!.ids.slice(0, 4))
    await forgetFrozen(MIRRORED, true)
    expect(await (await caches.open(FROZEN_CACHE)).keys()).toEqual([])
  })

  test('can be cancelled while it writes, and answers the next question', async () => {
    const desk = new FrozenDesk()
    await desk.open(REFERENCE, files)
    const long = desk.generate(Array.from({ length: 50 }, () => PROMPTS[0]!), 100)
    setTimeout(() => void desk.cancel(), 30)
    await expect(long).rejects.toThrow(/cancelled/)
    expect((await desk.generate(PROMPTS.slice(1), settings.maxNewTokens))[0]!.ids).toEqual(wanted[1]!.ids)
  })
})

describe('what cannot be opened is refused in a sentence', () => {
  test('a dtype that the folder or the host lacks, with those that are there', async () => {
    const wrong = { ...REFERENCE, dtype: 'q4f16' }
    await expect(new FrozenDesk().open(wrong, files)).rejects.toThrow('folder exported has no onnx/model_q4f16.onnx, which q4f16 needs; it has fp32: choose one of these')
    await expect(new FrozenDesk(mirror().fetch).open({ ...MIRRORED, dtype: 'q4' }, undefined)).rejects.toThrow(/has no onnx\/model_q4.onnx, which q4 needs; it has fp32: choose one of these/)
  })

  test('a folder without its tokenizer, a model that is not there, a host that refuses, a folder that is gone', async () => {
    const { 'tokenizer.json': _, ...rest } = files
    await expect(new FrozenDesk().open(REFERENCE, rest)).rejects.toThrow('folder exported has no tokenizer.json; give the whole folder of an ONNX export')
    await caches.delete(FROZEN_CACHE)
    await expect(new FrozenDesk(mirror(404).fetch).open(MIRRORED, undefined)).rejects.toThrow(/mirror.test has no model someone\/exported with a config.json; check the id/)
    await expect(new FrozenDesk(mirror(403).fetch).open(MIRRORED, undefined)).rejects.toThrow(/mirror.test answered 403 for config.json of someone\/exported; the model is gated or private/)
    await expect(new FrozenDesk().open(REFERENCE, undefined)).rejects.toThrow('folder exported is no longer here; give it again')
  })

  test('a graph that is none, with the device and what to choose instead', async () => {
    await expect(new FrozenDesk().open(REFERENCE, { ...files, 'onnx/model.onnx': new Blob(['no graph']) })).rejects.toThrow(/^model exported \(fp32\) could not be run on wasm \(.*\); choose another dtype or model$/s)
  })
})
