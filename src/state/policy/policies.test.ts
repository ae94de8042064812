// Checks how policies come into the browser: looked up, fetched, stopped, gone on with, refused in words, removed.
import { expect, test, vi } from 'vitest'
import type { FetchProgress, ModelRecord, ModelSource, ModelsService } from '../../client/models.ts'
import { createPolicies, hubSource, keptBytes, SAMPLE } from './policies.ts'

const QWEN = 'Qwen/Qwen2.5-0.5B-Instruct'
const HUB: ModelSource = { kind: 'hub', id: QWEN, revision: 'main', mirror: 'http://mirror.test' }

function record(id: string, bytes: number, kept: number, source: 'hub' | 'folder' = 'hub'): ModelRecord {
  return { id, source, config: { id }, files: [{ name: 'model.safetensors', bytes, sha256: '', kept }], bytes, complete: kept === bytes, addedAt: '' }
}

/** A store whose one download waits for the test to let it go on. */
function open(over: Partial<ModelsService> = {}) {
  const stored = new Map<string, ModelRecord>()
  const added: ModelSource[] = []
  let clock = 0
  let come: (bytes: number) => void = () => undefined
  let fail: (reason: Error) => void = () => undefined
  const models: ModelsService = {
    list: () => Promise.resolve([...stored.values()]),
    inspect: (source) => {
      const id = source.kind === 'hub' ? source.id : source.name
      return Promise.resolve(stored.get(id) ?? record(id, 100, 0, source.kind))
    },
    add: (source, onProgress) => new Promise((resolve, reject) => {
      added.push(source)
      const id = source.kind === 'hub' ? source.id : source.name
      fail = reject
      come = (kept) => {
        const now = record(id, 100, kept, source.kind)
        stored.set(id, now)
        onProgress?.({ file: 'model.safetensors', bytes: kept, of: 100, totalBytes: kept, totalOf: 100 } satisfies FetchProgress)
        if (now.complete) resolve(now)
      }
    }),
    stop: () => {
      fail(new Error('stopped'))
      return Promise.resolve()
    },
    open: () => Promise.reject(new Error('not here')),
    remove: (id) => {
      stored.delete(id)
      return Promise.resolve()
    },
    ...over,
  }
  const policies = createPolicies({
    models, sampleConfig: () => Promise.resolve({ id: SAMPLE }), persist: () => Promise.resolve(true), now: () => clock,
  })
  return { policies, stored, added, come: (ms: number, bytes: number) => { clock = ms; come(bytes) }, fail: (reason: string) => fail(new Error(reason)) }
}

test('an id of the hub is looked up before anything is fetched, at the mirror and with the token that were given', async () => {
  const { policies, added } = open()
  await policies.lookUp(` ${QWEN} `, 'http://mirror.test/', 'secret')
  expect(policies.getState()).toMatchObject({
    open: true, asking: undefined, failure: undefined,
    offer: { record: { id: QWEN, complete: false }, source: { ...HUB, token: 'secret' } },
  })
  expect(added).toEqual([])
})

test('an id may name a revision or be the hub’s own address, and anything else is refused with an example', () => {
  expect(hubSource('a/b@v1', '', '')).toEqual({ kind: 'hub', id: 'a/b', revision: 'v1', mirror: '' })
  expect(hubSource('https://huggingface.co/a/b.c/', '', '')).toMatchObject({ id: 'a/b.c' })
  for (const text of ['qwen', 'a/b/c', '../x', 'a b/c']) expect(() => hubSource(text, '', ''), text).toThrow('is no id of a model hub; write owner/name, for example Qwen/')
})

test('a fetch tells how far it is and how fast it goes, and ends with a policy that is whole', async () => {
  const { policies, come } = open()
  await policies.lookUp(QWEN, '', '')
  const fetched = policies.fetch()
  come(0, 0)
  come(1000, 40)
  expect(policies.getState().fetching).toMatchObject({ id: QWEN, from: 'hub', bytes: 40, of: 100, bytesPerSecond: 40, secondsLeft: 1.5 })
  come(2000, 100)
  expect(await fetched).toBe(QWEN)
  await vi.waitFor(() => expect(policies.getState()).toMatchObject({ fetching: undefined, offer: { record: { complete: true }, source: undefined }, kept: [{ id: QWEN }] }))
})

test('a fetch that is stopped is no failure, and goes on from what came', async () => {
  const { policies, come, added } = open()
  await policies.lookUp(QWEN, 'http://mirror.test', '')
  const first = policies.fetch()
  come(0, 0)
  come(1000, 30)
  await policies.stop()
  expect(await first).toBeUndefined()
  expect(policies.getState()).toMatchObject({ fetching: undefined, failure: undefined })
  expect(keptBytes(policies.getState().offer!.record)).toBe(30)
  const second = policies.fetch()
  expect(policies.getState().fetching).toMatchObject({ bytes: 30, of: 100 })
  come(2000, 100)
  expect(await second).toBe(QWEN)
  expect(added).toEqual([HUB, HUB])
})

test('a fetch that breaks says why, and can go on', async () => {
  const { policies, come, fail } = open()
  await policies.lookUp(QWEN, '', '')
  const fetched = policies.fetch()
  come(0, 20)
  fail('model.safetensors broke off after 20 of 100 bytes; go on when the connection is back')
  expect(await fetched).toBeUndefined()
  expect(policies.getState().failure).toContain('broke off after 20 of 100 bytes')
})

test('after a reload an interrupted policy of the hub goes on from the mirror of the settings; a folder’s must be dropped again', async () => {
  const { policies, stored, added } = open()
  stored.set(QWEN, record(QWEN, 100, 60))
  stored.set('mine', record('mine', 100, 60, 'folder'))
  await policies.look()
  policies.choose('mine', '')
  expect(await policies.fetch()).toBeUndefined()
  expect(policies.getState().failure).toContain('drop the folder again')
  policies.choose(QWEN, 'http://mirror.test')
  void policies.fetch()
  expect(added).toEqual([HUB])
})

test('only the latest look is heard, and one that fails says why and leaves what was looked at', async () => {
  let late: (record: ModelRecord) => void = () => undefined
  const { policies } = open({
    inspect: (source) => {
      if (source.kind === 'folder') return Promise.reject(new Error('folder mine has no config.json; choose a whole model folder'))
      return new Promise((resolve) => { late = resolve })
    },
  })
  const slow = policies.lookUp(QWEN, '', '')
  expect(policies.getState().asking).toBe(QWEN)
  await policies.offerFolder({ kind: 'folder', name: 'mine', files: [] })
  late(record(QWEN, 100, 0))
  await slow
  expect(policies.getState()).toMatchObject({ asking: undefined, offer: undefined, failure: 'folder mine has no config.json; choose a whole model folder' })
})

test('what is removed is gone from the list and from the sheet', async () => {
  const { policies, stored } = open()
  stored.set(QWEN, record(QWEN, 100, 100))
  policies.show(QWEN)
  await vi.waitFor(() => expect(policies.getState().offer?.record.id).toBe(QWEN))
  await policies.remove(QWEN)
  expect(policies.getState()).toMatchObject({ kept: [], offer: undefined })
})

test('an adapter is held in memory until it is left out', async () => {
  const { policies } = open()
  await policies.takeAdapter({ name: 'mine', config: new File(['{}'], 'adapter_config.json'), weights: new File(['12345'], 'adapter_model.safetensors') })
  expect(policies.getState().adapter).toMatchObject({ name: 'mine' })
  expect(policies.getState().adapter?.weights.byteLength).toBe(5)
  await policies.takeAdapter(undefined)
  expect(policies.getState().adapter).toBeUndefined()
})
