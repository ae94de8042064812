// The store of models against a hub over real sockets that breaks off, lies, changes its files, asks for patience and sends elsewhere.
import { expect, onTestFinished, test, vi } from 'vitest'
import { answerWith, breakOffAfter, sha256, startHub, type Answer, type HubOptions, type HubServer } from '../../lab/hubServer.ts'
import type { FetchProgress, ModelSource } from '../../src/protocol/models.ts'
import { openWeights, safetensorsBlob } from '../model/safetensors.ts'
import { browserNet } from './requests.ts'
import { ModelStore } from './store.ts'
import { MemoryShelf } from './testing.ts'

const utf8 = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
const CONFIG = { architectures: ['Qwen2ForCausalLM'], hidden_size: 8 }
const noise = (count: number, seed = 1): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + seed) * 43758 % 1)
const weightsOf = async (name: string, count: number, seed?: number): Promise<Uint8Array> =>
  new Uint8Array(await (await safetensorsBlob([{ name, shape: [count], data: noise(count, seed) }])).arrayBuffer())

const WEIGHTS = await weightsOf('w', 60_000)
const ONE = 'model-00001-of-00002.safetensors'
const TWO = 'model-00002-of-00002.safetensors'
const SHARDS = { [ONE]: await weightsOf('a', 50_000), [TWO]: await weightsOf('b', 30_000) }
const INDEX = utf8({ metadata: { total_size: 320_000 }, weight_map: { a: ONE, b: TWO } })
const FILES = {
  'README.md': utf8('#'), 'config.json': utf8(CONFIG), 'tokenizer.json': utf8({ tokens: 'é'.repeat(500) }), 'model.safetensors': WEIGHTS, 'pytorch_model.bin': utf8('no'),
}
const USED = ['config.json', 'tokenizer.json', 'model.safetensors']

interface Bench {
  readonly hub: HubServer
  readonly shelf: MemoryShelf
  readonly store: ModelStore
  readonly source: Extract<ModelSource, { kind: 'hub' }>
  /** milliseconds that the store waited, each time */
  readonly waits: number[]
  readonly another: () => ModelStore
}

async function bench(files: Readonly<Record<string, Uint8Array>> = FILES, options: HubOptions = {}, silenceMs = 30_000): Promise<Bench> {
  const hub = await startHub(files, options)
  onTestFinished(() => hub.close())
  const shelf = new MemoryShelf()
  const waits: number[] = []
  const wait = (ms: number): Promise<void> => {
    waits.push(ms)
    return Promise.resolve()
  }
  const another = () => new ModelStore({ ...browserNet, wait, silenceMs, shelf, now: () => Date.UTC(2026, 0, 1) })
  return { hub, shelf, waits, another, store: another(), source: { kind: 'hub', id: 'owner/tiny', revision: 'main', mirror: hub.origin } }
}

const fetched = ({ asked }: HubServer, name: string) => asked.filter(({ method, path }) => method === 'GET' && path.endsWith(name)).map(({ headers }) => headers.range ?? 'all')

/** What the store opens is what the hub has. */
async function expectWhole({ store, hub }: Bench, names: readonly string[] = USED): Promise<void> {
  const { config, weights, weightsIndex, tokenizer, id } = await store.open('owner/tiny')
  expect(id).toBe('owner/tiny')
  const found = new Map<string, Uint8Array>([['config.json', new Uint8Array(config)]])
  if (tokenizer !== undefined) found.set('tokenizer.json', new Uint8Array(tokenizer))
  if (weightsIndex !== undefined) found.set('model.safetensors.index.json', new Uint8Array(weightsIndex))
  for (const { name, bytes } of weights) found.set(name, new Uint8Array(await (bytes as Blob).arrayBuffer()))
  expect([...found.keys()].sort()).toEqual([...names].sort())
  for (const name of names) expect(sha256(found.get(name)!), name).toBe(sha256(hub.files.get(name)!))
}

test('a model comes with the files that are used and no other; a second time nothing is asked of the network', async () => {
  const at = await bench()
  const { hub, store, source, another } = at
  const looked = await store.inspect(source)
  expect(looked).toMatchObject({ id: 'owner/tiny', source: 'hub', config: CONFIG, complete: false })
  expect(looked.files.map(({ name, bytes, kept }) => [name, bytes, kept])).toEqual(USED.map((name) => [name, hub.files.get(name)!.length, 0]))
  expect(looked.files.find(({ name }) => name === 'model.safetensors')?.sha256).toBe(sha256(WEIGHTS))
  expect(await store.list()).toEqual([])
  const seen: FetchProgress[] = []
  const whole = await store.add(source, (progress) => seen.push(progress))
  expect(whole).toMatchObject({ complete: true, bytes: looked.bytes, addedAt: '2026-01-01T00:00:00.000Z' })
  expect(seen.at(-1)).toEqual({ file: 'model.safetensors', bytes: WEIGHTS.length, of: WEIGHTS.length, totalBytes: looked.bytes, totalOf: looked.bytes })
  await expectWhole(at)
  const before = hub.asked.length
  expect(await another().list()).toEqual([whole])
  expect(await another().inspect(source)).toEqual(whole)
  expect(await another().add(source)).toEqual(whole)
  expect(hub.asked.length).toBe(before)
  await store.remove('owner/tiny')
  expect(await store.list()).toEqual([])
  await expect(store.open('owner/tiny')).rejects.toThrow('owner/tiny is not kept whole in this browser; fetch it first')
})

test('shards come with their index, and open as one model', async () => {
  const { 'model.safetensors': _, ...rest } = FILES
  const at = await bench({ ...rest, ...SHARDS, 'model.safetensors.index.json': INDEX })
  await at.store.add(at.source)
  await expectWhole(at, ['config.json', 'tokenizer.json', 'model.safetensors.index.json', ONE, TWO])
  const { weights, weightsIndex } = await at.store.open('owner/tiny')
  expect((await openWeights(weights, weightsIndex)).size).toBe(320_000)
})

test.each([['resolve', '/owner/tiny/resolve/main/'], ['plain', '/']] as const)('a mirror without a listing is asked for each file (%s)', async (layout, folder) => {
  const at = await bench(FILES, { layout })
  const looked = await at.store.inspect(at.source)
  expect(looked.files.map(({ name, bytes }) => [name, bytes])).toEqual(USED.map((name) => [name, at.hub.files.get(name)!.length]))
  await at.store.add(at.source)
  await expectWhole(at)
  expect(at.hub.asked.at(-1)?.path).toBe(`${folder}model.safetensors`)
})

test('shards of a mirror without a listing are found by their index', async () => {
  const { 'model.safetensors': _, ...rest } = FILES
  const at = await bench({ ...rest, ...SHARDS, 'model.safetensors.index.json': INDEX }, { layout: 'resolve' })
  await at.store.add(at.source)
  await expectWhole(at, ['config.json', 'tokenizer.json', 'model.safetensors.index.json', ONE, TWO])
})

test('a transfer that breaks off goes on from there, time and again, and so does the next attempt of another tab', async () => {
  const at = await bench()
  const { hub, store, source, waits } = at
  hub.faults.set('model.safetensors', [50_000, 30_000, 40_000].map((count) => breakOffAfter(count)(hub, 'model.safetensors')))
  await store.add(source)
  await expectWhole(at)
  const ranges = fetched(hub, 'model.safetensors')
  expect(ranges.length).toBe(4)
  expect(ranges[0]).toBe('all')
  expect(ranges.slice(1)).toEqual([50_000, 80_000, 120_000].map((from) => `bytes=${from}-`))
  expect(waits).toEqual([1000, 1000, 1000])

  const second = await bench()
  const stop: Answer = (_, response) => {
    response.writeHead(200, { 'content-length': WEIGHTS.length })
    response.write(WEIGHTS.subarray(0, 70_000), () => setTimeout(() => void second.store.stop('owner/tiny'), 200))
  }
  second.hub.faults.set('model.safetensors', [stop])
  await expect(second.store.add(second.source)).rejects.toThrow('owner/tiny was stopped; what came so far is kept')
  const [left] = await second.another().list()
  expect(left).toMatchObject({ id: 'owner/tiny', complete: false, source: 'hub', config: CONFIG })
  const kept = left!.files.find(({ name }) => name === 'model.safetensors')!.kept
  expect(kept).toBe(70_000)
  expect((await second.another().inspect(second.source)).files.find(({ name }) => name === 'model.safetensors')!.kept).toBe(kept)
  await second.another().add(second.source)
  expect(fetched(second.hub, 'model.safetensors')).toEqual(['all', `bytes=${kept}-`])
  await expectWhole({ ...second, store: second.another() })
})

test('a host that keeps failing is given up after several attempts that bring nothing, with what came kept', async () => {
  const { hub, store, source, waits } = await bench()
  const fails = [answerWith(503), answerWith(500), ...Array.from({ length: 9 }, () => breakOffAfter(0)(hub, 'model.safetensors'))]
  hub.faults.set('model.safetensors', [breakOffAfter(40_000)(hub, 'model.safetensors'), ...fails])
  await expect(store.add(source)).rejects.toThrow(/model\.safetensors broke off at \d+ of 240\d+ bytes .*tried 6 times, so try again later; what came so far is kept/)
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16000])
  const [left] = await store.list()
  expect(left?.files.map(({ kept, bytes }) => kept > 0 && (kept === bytes || bytes > 1000))).toEqual([true, true, true])
})

test('a host that falls silent, before its answer or amid it, is let go of and asked again', async () => {
  const at = await bench(FILES, {}, 400)
  at.hub.faults.set('model.safetensors', [
    () => undefined,
    (_, response) => void response.writeHead(200, { 'content-length': WEIGHTS.length }).write(WEIGHTS.subarray(0, 90_000)),
  ])
  await at.store.add(at.source)
  await expectWhole(at)
  expect(fetched(at.hub, 'model.safetensors')).toEqual(['all', 'all', 'bytes=90000-'])
})

test('a server that asks for patience gets it, unless it asks for too much', async () => {
  const at = await bench()
  at.hub.faults.set('tokenizer.json', [answerWith(429, { 'retry-after': '7' }), answerWith(503, { 'retry-after': new Date(Date.now() + 30_000).toUTCString() })])
  await at.store.add(at.source)
  await expectWhole(at)
  expect(at.waits[0]).toBe(7000)
  expect(at.waits[1]).toBeGreaterThan(25_000)
  const { hub, store, source } = await bench()
  hub.faults.set('tokenizer.json', [answerWith(429, { 'retry-after': '3600' })])
  await expect(store.add(source)).rejects.toThrow(/tokenizer\.json answered 429 .*asks for 3600 s of patience/)
})

test('a host that ignores ranges sends all again, and the file is right', async () => {
  const at = await bench(FILES, { ranges: false })
  at.hub.faults.set('model.safetensors', [breakOffAfter(100_000)(at.hub, 'model.safetensors')])
  await at.store.add(at.source)
  await expectWhole(at)
  expect(fetched(at.hub, 'model.safetensors').length).toBe(2)
})

test.each([['by its hash', {}], ['by its ETag, where no hash is stated', { layout: 'resolve' }], ['by having no ETag at all', { layout: 'resolve', etags: false }]] as const)(
  'a file that changes between two attempts comes anew: told %s', async (_, options) => {
    const at = await bench(FILES, options)
    const changed = await weightsOf('w', 60_000, 2)
    const swap: Answer = (asked, response) => {
      breakOffAfter(100_000, 'etags' in options ? { etag: '' } : {})(at.hub, 'model.safetensors')(asked, response)
      at.hub.files.set('model.safetensors', changed)
    }
    at.hub.stated.set('model.safetensors', { sha256: sha256(changed) })
    at.hub.faults.set('model.safetensors', [swap])
    await at.store.add(at.source)
    await expectWhole(at)
    expect(fetched(at.hub, 'model.safetensors').at(-1)).toBe('all')
  })

const UNHASHED = { 'config.json': utf8(CONFIG), ...SHARDS, 'model.safetensors.index.json': INDEX }
/** Brings the first shard whole, and nothing of the second. */
async function halfOf(at: Bench): Promise<void> {
  at.hub.faults.set(TWO, Array.from({ length: 6 }, () => answerWith(503)))
  await expect(at.store.add(at.source)).rejects.toThrow('tried 6 times')
  at.hub.faults.clear()
}

test('a whole shard without a hash is used by the next attempt where its validator is the same there', async () => {
  const at = await bench(UNHASHED, { layout: 'resolve' })
  await halfOf(at)
  await at.another().add(at.source)
  await expectWhole(at, Object.keys(UNHASHED))
  expect(fetched(at.hub, ONE)).toEqual(['all'])
})

test.each(['changed', 'elsewhere', 'without validators'] as const)('shards without hashes of two versions are never put together: %s', async (how) => {
  const at = await bench(UNHASHED, { layout: 'resolve', etags: how !== 'without validators' })
  await halfOf(at)
  const other = { [ONE]: await weightsOf('a', 50_000, 5), [TWO]: await weightsOf('b', 30_000, 5) }
  const later = how === 'elsewhere' ? await bench({ ...UNHASHED, ...other }, { layout: 'resolve' }) : at
  for (const [name, bytes] of Object.entries(other)) later.hub.files.set(name, bytes)
  await at.another().add(later.source)
  await expectWhole({ ...later, store: at.store }, Object.keys(UNHASHED))
})

test('a wrong hash is refused with the file, both hashes and the remedy, and its bytes go while the rest stays', async () => {
  const { hub, store, source, shelf } = await bench()
  const wrong = 'ab'.repeat(32)
  hub.stated.set('model.safetensors', { sha256: wrong })
  await expect(store.add(source)).rejects.toThrow(
    `model.safetensors: the bytes that came have the SHA-256 ${sha256(WEIGHTS)}, but ${wrong} is stated; they were removed, so fetch it again, or from another mirror`)
  const [left] = await store.list()
  expect(left?.complete).toBe(false)
  expect(left?.files.map(({ name, kept }) => [name, kept > 0])).toEqual([['config.json', true], ['tokenizer.json', true], ['model.safetensors', false]])
  expect(shelf.folders.size).toBe(1)
})

test('a host that lies about a size is refused with both sizes, and the bytes go', async () => {
  for (const [size, message] of [
    [WEIGHTS.length + 9, `model.safetensors: 127.0.0.1:PORT has ${WEIGHTS.length} bytes of it, but states ${WEIGHTS.length + 9}`],
    [WEIGHTS.length - 9, /model\.safetensors: at least \d+ bytes came, but the host states \d+; they were removed/],
  ] as const) {
    const { hub, store, source } = await bench()
    hub.stated.set('model.safetensors', { size })
    await expect(store.add(source)).rejects.toThrow(typeof message === 'string' ? message.replace('PORT', new URL(hub.origin).port) : message)
  }
  const { hub, store, source } = await bench(FILES, { ranges: false })
  hub.stated.set('model.safetensors', { size: WEIGHTS.length + 9 })
  await expect(store.add(source)).rejects.toThrow(`model.safetensors: only ${WEIGHTS.length} bytes came, but the host states ${WEIGHTS.length + 9}; they were removed`)
  expect((await store.list())[0]?.files.at(-1)?.kept).toBe(0)
})

test('large files come from another origin, which never sees the token', async () => {
  const at = await bench(FILES, { redirects: true, token: 'hf_secret' })
  await at.store.add({ ...at.source, token: 'hf_secret' })
  await expectWhole(at)
  const [there] = at.hub.asked.filter(({ path }) => path.startsWith('/elsewhere/'))
  expect(there?.headers.authorization).toBeUndefined()
  const kept = [...at.shelf.folders.get('owner%2Ftiny')!.files.values()].map(({ bytes }) => new TextDecoder().decode(bytes)).join()
  expect(kept).not.toContain('hf_secret')
})

test('a model that is gated, absent or only pickled is refused with what to do, and leaves nothing', async () => {
  const gated = await bench(FILES, { token: 'right' })
  await expect(gated.store.add(gated.source)).rejects.toThrow(/shows owner\/tiny to nobody without a token \(401: Access to this model is restricted\.\).*accept its terms at http.*\/owner\/tiny and give a token/)
  await expect(gated.store.inspect({ ...gated.source, token: 'wrong' })).rejects.toThrow('does not accept the token for owner/tiny')
  const { store, source, hub } = await bench({ 'config.json': utf8(CONFIG), 'pytorch_model.bin': utf8('no') })
  await expect(store.add(source)).rejects.toThrow(/owner\/tiny at 127\.0\.0\.1:\d+ has its weights only as pytorch_model\.bin, a Python pickle, which can run any program/)
  await expect(store.inspect({ ...source, id: 'owner/none' })).rejects.toThrow(/127\.0\.0\.1:\d+ has no model owner\/none with a config\.json \(404\); check the id, the revision and the mirror/)
  await expect(store.inspect({ ...source, id: '../x' })).rejects.toThrow('../x is no id of a model')
  await expect(store.inspect({ ...source, mirror: 'ftp://x' })).rejects.toThrow('mirror ftp://x is no address')
  hub.files.set('model.safetensors', WEIGHTS)
  hub.files.set('config.json', utf8('<html>'))
  await expect(store.inspect(source)).rejects.toThrow('config.json is no JSON')
  const plainPickled = await bench({ 'config.json': utf8(CONFIG), 'pytorch_model.bin': utf8('no') }, { layout: 'plain' })
  await expect(plainPickled.store.inspect(plainPickled.source)).rejects.toThrow('has its weights only as pytorch_model.bin')
  expect(await store.list()).toEqual([])
})

test('a repository of an adapter alone brings the model that it was trained on along', async () => {
  const base = await bench()
  const adapter = { 'adapter_config.json': utf8({ base_model_name_or_path: 'owner/tiny', revision: null, r: 4 }), 'adapter_model.safetensors': await weightsOf('lora', 100), 'tokenizer.json': utf8('other') }
  const hub = await startHub(adapter, { id: 'owner/lora', beside: base.hub })
  onTestFinished(() => hub.close())
  const source = { ...base.source, id: 'owner/lora', mirror: hub.origin }
  expect((await base.store.add(source)).files.map(({ name }) => name)).toEqual([...USED, 'adapter_config.json', 'adapter_model.safetensors'])
  const { adapterWeights, weights, tokenizer, config } = await base.store.open('owner/lora')
  expect(sha256(new Uint8Array(adapterWeights!))).toBe(sha256(adapter['adapter_model.safetensors']))
  expect([sha256(new Uint8Array(await (weights[0]!.bytes as Blob).arrayBuffer())), new Uint8Array(tokenizer!), new Uint8Array(config)]).toEqual([sha256(WEIGHTS), FILES['tokenizer.json'], FILES['config.json']])
  hub.files.set('adapter_config.json', utf8({ base_model_name_or_path: '/home/me/base' }))
  await expect(base.another().inspect({ ...source, revision: '' })).resolves.toMatchObject({ complete: true })
  await base.store.remove('owner/lora')
  await expect(base.store.inspect(source)).rejects.toThrow('owner/lora is an adapter of "/home/me/base", which is no model of the hub; load that model, and give the adapter\'s folder then')
})

/** As a browser fetches: an answer that does not allow other pages is none. */
const asPage: typeof browserNet.fetch = async (address, init) => {
  const response = await browserNet.fetch(address, init)
  if (response.headers.get('access-control-allow-origin') === null) throw new TypeError('Failed to fetch')
  return response
}

test.each([['forbidden', 'resolve'], ['forbidden', 'plain'], ['unreadable', 'resolve'], ['unreadable', 'plain']] as const)(
  'a mirror whose absent files are %s is asked for each file, and what it lacks is absent (%s)', async (hides, layout) => {
    const at = await bench(FILES, { layout, hides })
    const store = new ModelStore({ ...browserNet, fetch: asPage, wait: () => Promise.resolve(), shelf: at.shelf, now: () => 0 })
    await store.add(at.source)
    await expectWhole(at)
    at.hub.files.delete('model.safetensors')
    at.hub.files.delete('pytorch_model.bin')
    await store.remove('owner/tiny')
    await expect(store.inspect(at.source)).rejects.toThrow(/owner\/tiny at 127\.0\.0\.1:\d+ has no model\.safetensors/)
  })

test('a host that cannot be reached is named with the remedy', async () => {
  const { store, source, hub, waits } = await bench()
  await hub.close()
  await expect(store.inspect(source)).rejects.toThrow(/http:\/\/127\.0\.0\.1:\d+\/api\/models\/owner\/tiny\/tree\/main\?recursive=true could not be reached .*check the address and the network/)
  expect(waits).toEqual([1000, 1000, 2000])
})

test('weights that are no safetensors, though of the size that was stated, are removed and named', async () => {
  const at = await bench({ ...FILES, 'model.safetensors': new Uint8Array(3000).fill(7) }, { layout: 'plain' })
  await expect(at.store.add(at.source)).rejects.toThrow('owner/tiny was removed again: model.safetensors: the header claims')
  expect(await at.store.list()).toEqual([])
})

test('what has no room is refused with both figures before a byte of it comes', async () => {
  const { store, source, shelf, hub } = await bench()
  shelf.room = 120_000
  await expect(store.add(source)).rejects.toThrow("owner/tiny needs 0.2 MB more in the browser's store, which has 0.1 MB free; remove a kept model or dataset")
  expect(fetched(hub, 'model.safetensors')).toEqual([])
  expect(shelf.folders.size).toBe(0)
  expect(shelf.writes).toBe(0)
})

test('one tab at a time brings a model here, and none removes it meanwhile', async () => {
  const { hub, store, source, another, shelf } = await bench()
  const asked = vi.fn()
  const hold: Answer = (_, response) => {
    asked()
    response.writeHead(200, { 'content-length': WEIGHTS.length })
    response.write(WEIGHTS.subarray(0, 1000))
  }
  hub.faults.set('model.safetensors', [hold])
  const first = expect(store.add(source)).rejects.toThrow('was stopped')
  await vi.waitFor(() => expect(asked).toHaveBeenCalled())
  await expect(store.add(source)).rejects.toThrow('owner/tiny is being brought here already')
  await expect(another().add(source)).rejects.toThrow('owner/tiny is being brought here by another tab of this page; wait for it, or stop it there')
  await expect(another().remove('owner/tiny')).rejects.toThrow('owner/tiny is being brought here by this page or another tab; stop it there first')
  await store.stop('owner/tiny')
  await first
  await another().add(source)
  const close = await shelf.lock('model owner/tiny open', 'shared')
  await expect(store.remove('owner/tiny')).rejects.toThrow('owner/tiny is in use by this page or another tab; close it there first')
  close?.()
  await store.remove('owner/tiny')
})

const dropped = (files: Readonly<Record<string, Uint8Array>>, around = 'some/where/', lastModified = 1): Extract<ModelSource, { kind: 'folder' }> => ({
  kind: 'folder', name: 'mine', files: Object.entries(files).map(([path, bytes]) => ({ path: `${around}${path}`, file: new File([bytes as BlobPart], path, { lastModified }) })),
})

test('a dropped folder is copied with the folders around it stripped; weights that were trained on are another model', async () => {
  const { store } = await bench()
  const first = await store.add(dropped({ ...FILES, 'onnx/config.json': utf8('{}') }))
  expect(first).toMatchObject({ source: 'folder', complete: true, config: CONFIG })
  expect(first.id).toMatch(/^mine-[0-9a-f]{8}$/)
  const { weights, config } = await store.open(first.id)
  expect(new Uint8Array(config)).toEqual(FILES['config.json'])
  expect(sha256(new Uint8Array(await (weights[0]!.bytes as Blob).arrayBuffer()))).toBe(sha256(WEIGHTS))
  expect((await store.add(dropped(FILES, ''))).id).toBe(first.id)
  const later = await store.add(dropped(FILES, '', 2))
  expect(later.id).not.toBe(first.id)
  expect((await store.list()).length).toBe(2)
})

test('a folder that is no whole model is refused by name with what is missing', async () => {
  const { store } = await bench()
  const { 'model.safetensors': _, ...rest } = FILES
  await expect(store.inspect(dropped({ 'model.safetensors': WEIGHTS }))).rejects.toThrow('folder mine has no config.json')
  await expect(store.inspect(dropped({ 'config.json': utf8(CONFIG) }))).rejects.toThrow('folder mine has no model.safetensors')
  await expect(store.inspect(dropped({ ...rest, [ONE]: SHARDS[ONE]!, 'model.safetensors.index.json': INDEX }))).rejects.toThrow(`folder mine: model.safetensors.index.json names ${TWO}, which is missing`)
  await expect(store.add(dropped({ ...rest, [ONE]: SHARDS[ONE]!, [TWO]: SHARDS[ONE]!, 'model.safetensors.index.json': INDEX }))).rejects.toThrow(
    /mine-\w+ was removed again: tensor a stands in model-00001-of-00002\.safetensors and in model-00002-of-00002\.safetensors/)
  await expect(store.add(dropped({ ...FILES, 'model.safetensors': WEIGHTS.subarray(0, 5000) }))).rejects.toThrow(/tensor w ends at byte \d+, but the file has 5000; the file is truncated/)
  expect(await store.list()).toEqual([])
})

test('what was damaged on the disk is listed with the reason, not opened, and comes anew', async () => {
  const at = await bench()
  await at.store.add(at.source)
  at.shelf.folders.get('owner%2Ftiny')!.files.get('model.safetensors')!.truncate(10)
  const reason = `the kept model owner/tiny is damaged: model.safetensors has 10 bytes instead of ${WEIGHTS.length}; remove it and fetch it again`
  await expect(at.store.open('owner/tiny')).rejects.toThrow(reason)
  expect(await at.store.list()).toMatchObject([{ id: 'owner/tiny', complete: false, damage: reason }])
  await at.store.add(at.source)
  await expectWhole(at)
})

test('a damaged policy comes anew without room for both, and what is sound of it stays where there is room for neither', async () => {
  const { 'model.safetensors': _, ...rest } = FILES
  const at = await bench({ ...rest, ...SHARDS, 'model.safetensors.index.json': INDEX })
  const { store, shelf, source, hub } = at
  await store.add(source)
  const whole = shelf.used()
  shelf.folders.get('owner%2Ftiny')!.files.get(TWO)!.truncate(SHARDS[TWO]!.length - 10)
  shelf.room = whole - 50_000
  await expect(store.add(source)).rejects.toThrow('owner/tiny needs 0.1 MB more')
  expect(await store.list()).toMatchObject([{ id: 'owner/tiny', complete: false, damage: expect.stringContaining('is damaged') as string }])
  shelf.room = whole + 4_000
  await store.add(source)
  await expectWhole(at, ['config.json', 'tokenizer.json', 'model.safetensors.index.json', ONE, TWO])
  expect([fetched(hub, ONE).length, fetched(hub, TWO).length]).toEqual([1, 2])
})

test('a stop is heard while the policy is still being looked for, and amid the bytes that are hashed again', async () => {
  const { store } = await bench()
  const folder = dropped(FILES)
  const { id } = await store.inspect(folder)
  const begun = expect(store.add(folder)).rejects.toThrow(`${id} was stopped`)
  await store.stop(id)
  await begun

  const large = await weightsOf('w', 2_500_000)
  const at = await bench({ ...FILES, 'model.safetensors': large })
  at.hub.faults.set('model.safetensors', [breakOffAfter(9_000_000)(at.hub, 'model.safetensors'), ...Array.from({ length: 6 }, () => answerWith(503))])
  await expect(at.store.add(at.source)).rejects.toThrow('what came so far is kept')
  const asked = fetched(at.hub, 'model.safetensors').length
  let time = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (time += 60))
  onTestFinished(() => clock.mockRestore())
  const again = at.another()
  await expect(again.add(at.source, ({ file }) => {
    if (file === 'model.safetensors') setTimeout(() => void again.stop('owner/tiny'))
  })).rejects.toThrow('owner/tiny was stopped')
  expect(fetched(at.hub, 'model.safetensors').length).toBe(asked)
  expect((await again.list())[0]!.files.at(-1)!.kept).toBe(9_000_000)
})
