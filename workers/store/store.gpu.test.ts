// The store in Chromium, through the page's own client and workers: what is read stays, what fails leaves nothing, what is damaged is told.
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cdp } from 'vitest/browser'
import { readFiles } from '../../src/client/ingest.ts'
import { openRecommender } from '../../src/client/recommender.ts'
import { createStore } from '../../src/client/store.ts'
import { settingsOf } from '../../src/domain/config.ts'
import { specOf } from '../../src/domain/spec.ts'

const root = (): Promise<FileSystemDirectoryHandle> => navigator.storage.getDirectory()
const datasets = async (): Promise<FileSystemDirectoryHandle> => (await root()).getDirectoryHandle('datasets', { create: true })
const folderOf = async (hash: string): Promise<FileSystemDirectoryHandle> => (await datasets()).getDirectoryHandle(hash)

async function foldersLeft(): Promise<string[]> {
  const names: string[] = []
  for await (const name of (await datasets()).keys()) names.push(name)
  return names
}

const text = (name: string, data: readonly string[]) => ({ name, data: [...data], type: 'STRING' as const })

/** Shards of `count` products and as many queries; `seed` makes their bytes others. */
function shards(count: number, seed = 'a'): File[] {
  const ids = Array.from({ length: count }, (_, at) => `${seed}${at}`)
  const products = parquetWriteBuffer({ columnData: [
    text('product_id', ids), text('product_title', ids.map((id) => `Töpfe ${id} 鍋 🍲`)),
    ...['description', 'bullet_point', 'brand', 'color'].map((name) => text(`product_${name}`, ids.map((id) => `${name} of ${id}`))),
    text('product_locale', ids.map(() => 'us')),
  ] })
  const examples = parquetWriteBuffer({ columnData: [
    text('query', ids.map((id) => `pot ${id}`)), text('query_id', ids.map((_, at) => String(at))), text('product_id', ids),
    text('product_locale', ids.map(() => 'us')), text('esci_label', ids.map(() => 'E')),
    text('split', ids.map((_, at) => (at % 2 === 0 ? 'train' : 'test'))),
  ] })
  return [new File([products], 'products.parquet'), new File([examples], 'examples.parquet')]
}

/** Overwrites bytes of a stored file, as a failing disk would. */
async function spoil(hash: string, name: string, at: number): Promise<void> {
  const file = await (await folderOf(hash)).getFileHandle(name)
  const stream = await file.createWritable({ keepExistingData: true })
  await stream.write({ type: 'write', position: at, data: new Uint8Array([1, 2, 3]) })
  await stream.close()
}

async function clear(): Promise<void> {
  await (await root()).removeEntry('datasets', { recursive: true }).catch(() => undefined)
}

beforeEach(clear)
afterEach(clear)

test('a dataset is read, and another start of the store opens the same dataset with the same report', async () => {
  const hash = await readFiles(shards(50), { name: 'pots' })
  const first = await createStore().open(hash)
  first.close()
  const again = await createStore().open(hash)
  again.close()
  expect(again.dataset).toEqual(first.dataset)
  expect(again.report).toEqual(first.report)
  expect(again.dataset).toMatchObject({ name: 'pots', hash, productCount: 50 })
  expect(again.dataset.queries.map(({ text: said }) => said)).toEqual(Array.from({ length: 50 }, (_, at) => `pot a${at}`))
  expect(again.report).toMatchObject({ products: 50, queries: 50, trainQueries: 25, testQueries: 25, rejectedCount: 0 })
  expect((await createStore().list()).map(({ name, products, damage }) => [name, products, damage])).toEqual([['pots', 50, undefined]])
})

test('a set that an earlier reader stored opens as it is, and its files read again keep what that reader left away', async () => {
  const files = [...shards(3), new File(['product_id,price\na1,2.5'], 'items.csv')]
  const store = createStore()
  const hash = await readFiles(files, { name: 'pots' })
  const file = await (await folderOf(hash)).getFileHandle('manifest.json')
  const { reader, ...manifest } = JSON.parse((await (await file.getFile()).text()).split('\n')[1]!) as Record<string, unknown>
  expect(reader).toBe(2)
  const body = JSON.stringify({ ...manifest, readAt: 1 })
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body)))
  const stream = await file.createWritable()
  await stream.write(`${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}\n${body}`)
  await stream.close()
  await store.rename(hash, 'old pots')
  const old = await store.open(hash)
  expect(old.dataset.name).toBe('old pots')
  // in use it stays as it is
  expect(await readFiles(files, { name: 'pots' })).toBe(hash)
  expect((await store.list())[0]?.readAt).toBe(1)
  old.close()
  expect(await readFiles(files, { name: 'pots' })).toBe(hash)
  expect((await store.list())[0]?.readAt).toBeGreaterThan(1)
  expect((await store.products(hash, ['a1', 'a2'])).map((product) => product?.numbers)).toEqual([{ price: 2.5 }, undefined])
})

test('products are found by id and by place, and an id that the catalogue lacks is told apart', async () => {
  const hash = await readFiles(shards(3000), { name: 'pots' })
  const store = createStore()
  const [last, none, first] = await store.products(hash, ['a2999', 'b1', 'a0'])
  expect(last).toEqual({
    id: 'a2999', title: 'Töpfe a2999 鍋 🍲', description: 'description of a2999', bullets: 'bullet_point of a2999',
    brand: 'brand of a2999', color: 'color of a2999',
  })
  expect([none, first?.id]).toEqual([undefined, 'a0'])
  expect((await store.productsAt(hash, [7, 1])).map(({ id }) => id)).toEqual(['a7', 'a1'])
})

test('the same bytes read again, in another order and under another name, are one dataset', async () => {
  const [products, examples] = shards(20) as [File, File]
  const hash = await readFiles([products, examples], { name: 'pots' })
  expect(await readFiles([new File([examples], 'x'), new File([products], 'y')], { name: 'pans' })).toBe(hash)
  expect((await createStore().list()).map(({ name }) => name)).toEqual(['pans'])
})

test('read twice at once, as by two tabs, the same files are one whole dataset, and whoever comes late is told', async () => {
  const files = shards(5000)
  const outcomes = await Promise.allSettled([readFiles(files, { name: 'one' }), readFiles(files, { name: 'other' })])
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect((outcome.reason as Error).message).toContain('is being read by another tab of this page; wait for it')
  }
  expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true)
  const [hash, ...others] = await foldersLeft()
  expect(others).toEqual([])
  const opened = await createStore().open(hash!)
  expect(opened.dataset.productCount).toBe(5000)
  opened.close()
})

test('read with another filter the same bytes are another dataset', async () => {
  const files = shards(20)
  const all = await readFiles(files, { name: 'all' })
  const train = await readFiles(files, { name: 'train', filter: { locale: 'us', version: 'all', split: 'train', labels: 'all' } })
  expect(train).not.toBe(all)
  const stored = await createStore().list()
  expect(stored.map(({ name, queries }) => [name, queries] as const).toSorted(([a], [b]) => a.localeCompare(b))).toEqual([['all', 20], ['train', 10]])
})

test('removing a dataset frees its space, and leaves the others whole', async () => {
  const store = createStore()
  const large = await readFiles(shards(20_000, 'large'), { name: 'large' })
  const small = await readFiles(shards(20, 'small'), { name: 'small' })
  const before = await store.room()
  const { bytes } = (await store.list()).find(({ hash }) => hash === large)!
  expect(bytes).toBeGreaterThan(2_000_000)
  await store.remove(large)
  expect(await foldersLeft()).toEqual([small])
  expect(before.used - (await store.room()).used).toBeGreaterThan(bytes * 0.9)
  const opened = await store.open(small)
  expect(opened.dataset.productCount).toBe(20)
  opened.close()
})

test('a dataset that is open somewhere is not removed', async () => {
  const hash = await readFiles(shards(20), { name: 'pots' })
  const opened = await createStore().open(hash)
  await expect(createStore().remove(hash)).rejects.toThrow('is in use by this page or another tab')
  opened.close()
  await createStore().remove(hash)
  expect(await foldersLeft()).toEqual([])
})

test('a read that fails leaves nothing, and what was stored before stays', async () => {
  const kept = await readFiles(shards(20), { name: 'pots' })
  const [products, examples] = shards(5000, 'b') as [File, File]
  await expect(readFiles([products])).rejects.toThrow('examples')
  const cut = new File([examples.slice(0, examples.size - 100)], 'cut.parquet')
  await expect(readFiles([products, cut])).rejects.toThrow('cut.parquet')
  expect(await foldersLeft()).toEqual([kept])
})

test('a cancelled read clears up what it wrote', async () => {
  const cancelling = new AbortController()
  const files = shards(20_000)
  const reading = readFiles(files, { signal: cancelling.signal, onProgress: ({ rows }) => { if (rows > 0) cancelling.abort() } })
  await expect(reading).rejects.toThrow('reading was cancelled; nothing of these files was kept')
  expect(await createStore().list()).toEqual([])
  expect(await foldersLeft()).toEqual([])
})

test('a writer that is killed leaves the earlier datasets whole, and what it left is removed at the next start', async () => {
  const kept = await readFiles(shards(20), { name: 'pots' })
  const worker = new Worker(new URL('../ingest.worker.ts', import.meta.url), { type: 'module' })
  const { connect } = await import('../../src/client/connection.ts')
  const { service, close } = connect<import('../../src/protocol/ingest.ts').IngestService>(worker, 'ingest')
  const reading = new Promise<void>((resolve) => {
    const request = { name: 'killed', mappings: {}, filter: { locale: 'us', version: 'all', split: 'all', labels: 'all' } } as const
    service.store(shards(20_000, 'c'), request, ({ rows }) => { if (rows > 0) resolve() }).catch(() => undefined)
  })
  await reading
  expect(await foldersLeft()).toHaveLength(2)
  close()
  await expect.poll(async () => (await createStore().list()).map(({ hash }) => hash)).toEqual([kept])
  await expect.poll(foldersLeft).toEqual([kept])
  const opened = await createStore().open(kept)
  expect(opened.dataset.queries).toHaveLength(20)
  opened.close()
})

test('a damaged manifest is listed as damage and can be removed; reading the same files again makes it whole', async () => {
  const hash = await readFiles(shards(20), { name: 'pots' })
  await spoil(hash, 'manifest.json', 80)
  const [listed] = await createStore().list()
  expect(listed?.damage).toMatch(/is damaged: its manifest was changed or cut off; remove it and read its files again/)
  await expect(createStore().open(hash)).rejects.toThrow('is damaged')
  expect(await readFiles(shards(20), { name: 'pots' })).toBe(hash)
  expect((await createStore().list())[0]?.damage).toBeUndefined()
  await spoil(hash, 'manifest.json', 80)
  await createStore().remove(hash)
  expect(await foldersLeft()).toEqual([])
})

test('changed queries are found out before anything of the dataset is used', async () => {
  const hash = await readFiles(shards(20), { name: 'pots' })
  await spoil(hash, 'queries', 200)
  const opening = createStore().open(hash)
  await expect(opening).rejects.toThrow(/the stored dataset pots is damaged: its file queries was changed between bytes 0 and \d+; remove it/)
})

test('one changed letter of a product is found out as the catalogue is indexed, and nothing is ranked by it', async () => {
  const hash = await readFiles(shards(2000), { name: 'pots' })
  await spoil(hash, 'products', 100_000)
  const refusal = openRecommender({ hash, productCount: 2000 }, specOf(settingsOf('sample')))
  await expect(refusal).rejects.toThrow(/the stored dataset pots is damaged: its file products was changed between bytes 0 and \d+; remove it/)
})

test('several workers read one catalogue at once', async () => {
  const hash = await readFiles(shards(5000), { name: 'pots' })
  const stores = [createStore(), createStore(), createStore()]
  const [recommender, ...looked] = await Promise.all([
    openRecommender({ hash, productCount: 5000 }, specOf(settingsOf('sample'))), ...stores.map((store) => store.products(hash, ['a4999'])),
  ])
  expect(looked.map(([product]) => product?.title)).toEqual(stores.map(() => 'Töpfe a4999 鍋 🍲'))
  const [ranking] = await recommender.recommender.rank(['a4999'], 1)
  expect(ranking?.ids).toEqual(['a4999'])
  recommender.close()
})

test('a file that was cut off is told at once', async () => {
  const hash = await readFiles(shards(20), { name: 'pots' })
  const stream = await (await (await folderOf(hash)).getFileHandle('products')).createWritable({ keepExistingData: true })
  await stream.truncate(100)
  await stream.close()
  expect((await createStore().list())[0]?.damage).toMatch(/its file products has 100 bytes instead of \d+/)
})

describe('on a full disk', () => {
  /** Leaves the origin this much room beside what it uses; undefined gives it back what it has. */
  const leave = async (bytes: number | undefined): Promise<void> => {
    const { used } = await createStore().room()
    const session = cdp() as unknown as { send(method: string, params: object): Promise<void> }
    await session.send('Storage.overrideQuotaForOrigin', { origin: location.origin, ...(bytes === undefined ? {} : { quotaSize: used + bytes }) })
  }
  afterEach(() => leave(undefined))

  const sentence = /^large needs at least [\d.]+ MB in the browser's store, which has ([\d.]+) MB free; remove a stored dataset, or free/

  test('what surely will not fit is refused before a row is read, with the bytes needed and free', async () => {
    const kept = await readFiles(shards(20), { name: 'pots' })
    const rows: number[] = []
    await leave(50_000)
    const reading = readFiles(shards(20_000, 'large'), { name: 'large', onProgress: (progress) => void rows.push(progress.rows) })
    await expect(reading).rejects.toThrow(sentence)
    expect(rows).toEqual([])
    expect(await foldersLeft()).toEqual([kept])
  })

  test('what does not fit after all is cleared up, and what was stored before is whole', async () => {
    const kept = await readFiles(shards(20), { name: 'pots' })
    const large = shards(20_000, 'large')
    await leave(1_500_000)
    const { used } = await createStore().room()
    const refusal = await readFiles(large, { name: 'large' }).then(() => 'was read', (error: Error) => error.message)
    expect(refusal).toMatch(sentence)
    expect(Number(sentence.exec(refusal)![1])).toBeLessThan(1.6)
    expect(await foldersLeft()).toEqual([kept])
    expect((await createStore().room()).used).toBeLessThanOrEqual(used)
    const opened = await createStore().open(kept)
    expect(opened.dataset.queries).toHaveLength(20)
    opened.close()
    await leave(undefined)
    await readFiles(large, { name: 'large' })
    expect((await createStore().list()).map(({ name }) => name)).toEqual(['large', 'pots'])
  })
})
