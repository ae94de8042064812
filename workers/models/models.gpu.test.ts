// The store of models in Chromium, through the page's own client and worker: over the network and from files, on the browser's disk.
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { cdp } from 'vitest/browser'
import { createModels, type FetchProgress, type ModelSource } from '../../src/client/models.ts'
import { openWeights, safetensorsBlob } from '../model/safetensors.ts'

const clear = async (): Promise<void> => {
  await (await navigator.storage.getDirectory()).removeEntry('models', { recursive: true }).catch(() => undefined)
}
beforeEach(clear)
afterEach(clear)

/** The embedded policy, which the host of this test serves as a plain folder. */
const SAMPLE: ModelSource = { kind: 'hub', id: 'rec-r1/sample', revision: 'main', mirror: `${location.origin}/sample/policy` }

async function digestOf(bytes: ArrayBuffer): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).join()
}

const served = async (name: string): Promise<string> => digestOf(await (await fetch(`/sample/policy/${name}`)).arrayBuffer())

async function dropped(count: number, lastModified = 1): Promise<ModelSource> {
  const weights = await safetensorsBlob([{ name: 'w', shape: [count], data: () => Float32Array.from({ length: count }, (_, i) => i % 251) }])
  const file = (name: string, part: BlobPart) => ({ path: `a/b/${name}`, file: new File([part], name, { lastModified }) })
  return { kind: 'folder', name: 'mine', files: [file('config.json', '{"hidden_size":8}'), file('model.safetensors', weights)] }
}

test('a model comes over the network into the private file system, and another start of the store opens the same bytes', async () => {
  const models = createModels()
  const looked = await models.inspect(SAMPLE)
  expect(looked).toMatchObject({ id: 'rec-r1/sample', complete: false, source: 'hub' })
  const seen: FetchProgress[] = []
  const whole = await models.add(SAMPLE, (progress) => seen.push(progress))
  expect(whole).toMatchObject({ complete: true, bytes: looked.bytes })
  await expect.poll(() => seen.at(-1)?.totalBytes).toBe(looked.bytes)
  const again = createModels()
  expect(await again.list()).toEqual([whole])
  const { config, weights, tokenizer } = await again.open('rec-r1/sample')
  expect(await digestOf(config)).toBe(await served('config.json'))
  expect(await digestOf(tokenizer!)).toBe(await served('tokenizer.json'))
  expect(await digestOf(await (weights[0]!.bytes as Blob).arrayBuffer())).toBe(await served('model.safetensors'))
  // the first start holds nothing open, the second does until it removes it itself
  await expect(models.remove('rec-r1/sample')).rejects.toThrow('rec-r1/sample is in use by this page or another tab')
  await again.remove('rec-r1/sample')
  expect(await models.list()).toEqual([])
})

test('a dropped folder is copied; stopped half-way it goes on from there; two at once do not write the same files', async () => {
  const source = await dropped(15_000_000)
  const [one, two] = [createModels(), createModels()]
  const { id, bytes } = await one.inspect(source)
  // its worker answers at once from here on
  await two.list()
  const stop = new AbortController()
  let refused: Promise<unknown> | undefined
  const halfway = one.add(source, ({ totalBytes }) => {
    // the first is writing now
    refused ??= two.add(source).catch((error: unknown) => error)
    if (totalBytes > 8e6) void refused.then(() => stop.abort(new Error('enough')))
  }, stop.signal)
  await expect(halfway).rejects.toThrow('enough')
  expect(String(await refused)).toContain('is being brought here by another tab of this page')
  const [left] = await two.list()
  expect(left).toMatchObject({ id, complete: false })
  expect(left!.files.find(({ name }) => name === 'model.safetensors')!.kept).toBeGreaterThan(8e6)
  await two.add(source)
  const opened = await openWeights((await two.open(id)).weights)
  expect([...await opened.read('w', 14_999_998)]).toEqual([14_999_998 % 251, 14_999_999 % 251])
  expect((await one.list())[0]).toMatchObject({ id, bytes, complete: true })
})

test('a model that the browser has no room for is refused with both figures before a byte of it is written', async () => {
  const session = cdp() as unknown as { send(method: string, params: object): Promise<void> }
  const { usage = 0 } = await navigator.storage.estimate()
  await session.send('Storage.overrideQuotaForOrigin', { origin: location.origin, quotaSize: usage + 3e6 })
  onTestFinished(() => session.send('Storage.overrideQuotaForOrigin', { origin: location.origin }))
  const models = createModels()
  await expect(models.add(await dropped(2_000_000))).rejects.toThrow(/^mine-\w+ needs 7\.6 MB more in the browser's store, which has [\d.]+ MB free; remove a kept model or dataset/)
  expect(await models.list()).toEqual([])
})
