// Checks that a shop is replaced only by another whole one.
import { expect, test } from 'vitest'
import type { ReadOptions, ReadResult } from '../client/ingest.ts'
import type { OpenRecommender } from '../client/recommender.ts'
import { createLibrary, type LibraryClient } from './library.ts'

function result(name: string): ReadResult {
  const product = { id: `${name}-1`, title: 'Desk Lamp', description: '', bullets: '', brand: '', color: '' }
  const report = {
    products: 1, queries: 0, trainQueries: 0, testQueries: 0, judgements: 0, joined: 0, labels: { E: 0, S: 0, C: 0, I: 0 },
    duplicates: 0, untitled: 0, rejected: [], rejectedCount: 0, seconds: 0,
  }
  return { dataset: { name, products: [product], queries: [], hash: name }, report }
}

interface Fake extends LibraryClient {
  readonly closed: string[]
  crash: (reason: Error) => void
}

function fakeClient(over: Partial<LibraryClient> = {}): Fake {
  const closed: string[] = []
  const fake: Fake = {
    closed,
    crash: () => undefined,
    loadSample: () => Promise.resolve(result('sample')),
    readShards: (_, { name }) => Promise.resolve(result(name!)),
    openRecommender: (products, onProgress): Promise<OpenRecommender> => {
      onProgress(1)
      const id = products[0]!.id
      const failed = new Promise<Error>((resolve) => { fake.crash = resolve })
      return Promise.resolve({ recommender: { name: id, rank: () => Promise.resolve([]) }, failed, close: () => void closed.push(id) })
    },
    ...over,
  }
  return fake
}

const file = (name: string): File => new File([''], name)

test('the sample is read, indexed and found by product id', async () => {
  const library = createLibrary(fakeClient())
  await library.loadSample()
  const { shop, reading, failure } = library.getState()
  expect(shop?.products.get('sample-1')?.title).toBe('Desk Lamp')
  expect([shop?.recommender.name, reading, failure]).toEqual(['sample-1', undefined, undefined])
})

test('dropped shards replace the shop and close the recommender of the one before', async () => {
  const client = fakeClient()
  const library = createLibrary(client)
  await library.loadSample()
  await library.addShards([file('products.parquet'), file('examples.parquet')])
  expect(library.getState().shop?.dataset.name).toBe('products + examples')
  expect(client.closed).toEqual(['sample-1'])
})

test('a refused read says why and keeps the shop that was loaded', async () => {
  const client = fakeClient({ readShards: () => Promise.reject(new Error('examples.parquet has no products beside it; add ESCI\'s products file')) })
  const library = createLibrary(client)
  await library.loadSample()
  await library.addShards([file('examples.parquet')])
  expect(library.getState().failure).toBe('examples.parquet has no products beside it; add ESCI\'s products file — sample is still loaded')
  expect(library.getState().shop?.dataset.name).toBe('sample')
  expect(client.closed).toEqual([])
})

test('cancelling a read keeps the shop and says that nothing was kept of the files', async () => {
  const client = fakeClient({
    readShards: (_, { signal }: ReadOptions) => new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('reading was cancelled; nothing of these files was kept')))
    }),
  })
  const library = createLibrary(client)
  await library.loadSample()
  const reading = library.addShards([file('big.parquet')])
  expect(library.getState().reading).toMatchObject({ what: 'big', phase: 'reading' })
  library.cancel()
  await reading
  expect(library.getState()).toMatchObject({ reading: undefined, shop: { dataset: { name: 'sample' } } })
  expect(library.getState().failure).toContain('nothing of these files was kept')
})

test('cancelling while the catalogue is indexed closes the new recommender and keeps the old shop', async () => {
  const client = fakeClient()
  const library = createLibrary(client)
  await library.loadSample()
  const reading = library.addShards([file('big.parquet')])
  await Promise.resolve()
  library.cancel()
  await reading
  expect(library.getState().shop?.dataset.name).toBe('sample')
  expect(client.closed).toEqual(['big-1'])
})

test('of two reads at once the later one wins, whichever ends first', async () => {
  let finishFirst: (value: ReadResult) => void = () => undefined
  const client = fakeClient({
    readShards: (files, { name }) => (
      files[0]!.name === 'slow.parquet' ? new Promise((resolve) => { finishFirst = resolve }) : Promise.resolve(result(name!))
    ),
  })
  const library = createLibrary(client)
  const slow = library.addShards([file('slow.parquet')])
  await library.addShards([file('quick.parquet')])
  finishFirst(result('slow'))
  await slow
  expect(library.getState()).toMatchObject({ shop: { dataset: { name: 'quick' } }, failure: undefined, reading: undefined })
})

test('a crashed recommender takes its shop with it and says what to do', async () => {
  const client = fakeClient()
  const library = createLibrary(client)
  await library.loadSample()
  client.crash(new Error('retrieval worker stopped: out of memory'))
  await new Promise((resolve) => { setTimeout(resolve) })
  expect(library.getState()).toMatchObject({ shop: undefined, failure: 'retrieval worker stopped: out of memory. Load the shards again.' })
})

test('progress that comes after its result does not bring the reading back', async () => {
  let late: (share: number) => void = () => undefined
  const client = fakeClient()
  const library = createLibrary({
    ...client,
    openRecommender: (products, onProgress) => {
      late = onProgress
      return client.openRecommender(products, onProgress)
    },
  })
  await library.loadSample()
  late(1)
  expect(library.getState().reading).toBeUndefined()
})
