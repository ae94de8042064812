// Checks that a shop is replaced only by another whole one, that what is stored is found again, and that the recommender follows the settings.
import { expect, test, vi } from 'vitest'
import { changeSetting, settingsOf } from '../../domain/config.ts'
import { createLibrary, type LibraryClient } from './library.ts'
import { fakeBrowser } from '../testing.ts'

const SETTINGS = settingsOf('sample')
/** A page over a browser that keeps datasets of these names. */
function fake(names: readonly string[] = [], over: Partial<LibraryClient> = {}) {
  const browser = fakeBrowser(names, over)
  return { ...browser, library: createLibrary(browser.client, SETTINGS) }
}

const shopOf = ({ library }: ReturnType<typeof fake>): string | undefined => library.getState().shop?.dataset.name

test('a first visit stores the sample and opens it', async () => {
  const page = fake()
  await page.library.start()
  const { shop, stored, reading, failure, ranking } = page.library.getState()
  expect([shop?.dataset.name, shop?.recommender.name]).toEqual(['sample', 'minisearch'])
  expect(stored.map(({ name }) => name)).toEqual(['sample'])
  expect([reading, failure, ranking]).toEqual([undefined, undefined, { is: 'ready' }])
})

test('another visit opens what was open when the page was left, and the sample is there beside it', async () => {
  const page = fake(['esci'])
  page.seen.last = '#esci'
  await page.library.start()
  expect(shopOf(page)).toBe('esci')
  expect(page.library.getState().stored.map(({ name }) => name)).toEqual(['esci', 'sample'])
  expect(page.library.isSample('#sample')).toBe(true)
})

test('what was open and is damaged is told, and the sample is opened instead', async () => {
  const page = fake(['esci'])
  page.seen.last = '#esci'
  page.damage.set('#esci', 'cut off')
  await page.library.start()
  expect(shopOf(page)).toBe('sample')
  expect(page.library.getState().failure).toContain('the stored dataset esci is damaged')
})

test('what was open and is stored no more gives way to the sample without a word', async () => {
  const page = fake()
  page.seen.last = '#gone'
  await page.library.start()
  expect([shopOf(page), page.library.getState().failure]).toEqual(['sample', undefined])
})

test('switching replaces the shop, lets go of the one before, and is remembered', async () => {
  const page = fake(['esci'])
  await page.library.start()
  await page.library.open('#esci')
  expect(shopOf(page)).toBe('esci')
  expect([page.seen.closed, page.seen.released]).toEqual([['#sample minisearch'], ['#sample']])
  expect(page.seen.last).toBe('#esci')
  await page.library.loadSample()
  expect(page.seen.last).toBe(null)
})

test('a dataset that cannot be opened says why and keeps the shop that was loaded', async () => {
  const page = fake(['esci'])
  await page.library.start()
  page.damage.set('#esci', 'cut off')
  await page.library.open('#esci')
  expect(shopOf(page)).toBe('sample')
  expect(page.library.getState().failure).toBe('the stored dataset esci is damaged: its manifest was changed — sample is still loaded')
  expect(page.seen.closed).toEqual([])
})

test('damage that is found as the catalogue is indexed keeps the shop that was loaded, and lets go of the damaged one', async () => {
  const page = fake(['esci'])
  await page.library.start()
  const { openRecommender } = page.client
  const damage = new Error('the stored dataset esci is damaged: its file products was changed')
  const library = createLibrary({ ...page.client, openRecommender: (dataset, spec, options) => (
    dataset.hash === '#esci' ? Promise.reject(damage) : openRecommender(dataset, spec, options)) }, SETTINGS)
  await library.start()
  await library.open('#esci')
  expect(library.getState().shop?.dataset.name).toBe('sample')
  expect(library.getState().failure).toContain('its file products was changed')
  expect(page.seen.released).toEqual(['#esci'])
})

test('removing the open dataset closes it first and opens the sample; removing another leaves it open', async () => {
  const page = fake(['esci', 'beauty'])
  await page.library.start()
  await page.library.open('#esci')
  await page.library.remove('#beauty')
  expect([shopOf(page), [...page.stored.values()]]).toEqual(['esci', ['esci', 'sample']])
  await page.library.remove('#esci')
  expect([shopOf(page), [...page.stored.values()]]).toEqual(['sample', ['sample']])
  expect(page.seen.released).toEqual(['#sample', '#esci'])
  expect(page.library.getState().room).toEqual({ used: 10, quota: 1000 })
})

test('a removal that is refused says why', async () => {
  const page = fake(['esci'])
  page.client.store.remove = () => Promise.reject(new Error('dataset #esci is in use by this page or another tab; close it there first'))
  await page.library.start()
  await page.library.remove('#esci')
  expect(page.library.getState().failure).toContain('in use by this page or another tab')
  expect(page.library.getState().stored.map(({ name }) => name)).toContain('esci')
})

test('cancelling while the catalogue is indexed closes what was opened, and says that it is stored', async () => {
  const page = fake(['big'])
  await page.library.start()
  const { openRecommender } = page.client
  let indexed: () => void = () => undefined
  page.client.openRecommender = async (...asked) => {
    await new Promise<void>((resolve) => { indexed = resolve })
    return openRecommender(...asked)
  }
  const library = createLibrary(page.client, SETTINGS)
  const opening = library.open('#big')
  await vi.waitFor(() => expect(library.getState().reading?.phase).toBe('indexing'))
  library.cancel()
  indexed()
  await opening
  expect([page.seen.closed, page.seen.released]).toEqual([['#big minisearch'], ['#big']])
  expect(library.getState().shop).toBeUndefined()
  expect(library.getState().failure).toContain('is stored and can be opened again')
})

test('of two datasets opened at once the later one stays, whichever is ready first', async () => {
  const page = fake(['slow', 'quick'])
  await page.library.start()
  const open = page.client.store.open.bind(page.client.store)
  let go: () => void = () => undefined
  page.client.store.open = async (hash) => {
    if (hash === '#slow') await new Promise<void>((resolve) => { go = resolve })
    return open(hash)
  }
  const slow = page.library.open('#slow')
  await page.library.open('#quick')
  go()
  await slow
  expect([shopOf(page), page.library.getState().failure, page.library.getState().reading]).toEqual(['quick', undefined, undefined])
})

test('a crashed recommender takes its shop with it and says what to do, also after it was changed', async () => {
  const page = fake()
  await page.library.start()
  page.library.rankBy(changeSetting(SETTINGS, 'recommender', 'bm25'))
  await page.library.settled()
  page.seen.crash[0]!(new Error('retrieval worker stopped: an old one'))
  await new Promise((resolve) => { setTimeout(resolve) })
  expect(shopOf(page)).toBe('sample')
  page.seen.crash[1]!(new Error('retrieval worker stopped: out of memory'))
  await new Promise((resolve) => { setTimeout(resolve) })
  expect(page.library.getState()).toMatchObject({ shop: undefined, failure: 'retrieval worker stopped: out of memory. Open sample again.' })
})

test('settings that ask for another recommender open it before the old one is closed; others change nothing', async () => {
  const page = fake()
  await page.library.start()
  page.library.rankBy(changeSetting(SETTINGS, 'steps', '7'))
  await page.library.settled()
  expect(page.seen.specs).toHaveLength(1)
  page.library.rankBy(changeSetting(SETTINGS, 'recommender', 'lucene'))
  expect((await page.library.settled()).recommender.name).toBe('lucene')
  expect(page.seen.closed).toEqual(['#sample minisearch'])
})

test('of settings that change quickly only the last recommender stays open', async () => {
  const page = fake()
  await page.library.start()
  for (const kind of ['lucene', 'bm25', 'lucene', 'bm25']) page.library.rankBy(changeSetting(SETTINGS, 'recommender', kind))
  expect((await page.library.settled()).recommender.name).toBe('bm25')
  const opened = page.seen.specs.map(({ kind }) => `#sample ${kind}`)
  expect(opened.length - page.seen.closed.length).toBe(1)
})

test('settings that do not fit together are told, nothing can be trained with them, and the shop stays', async () => {
  const page = fake()
  await page.library.start()
  const weightless = ['titleWeight', 'descriptionWeight', 'bulletsWeight', 'brandWeight', 'colorWeight'] as const
  page.library.rankBy(weightless.reduce((settings, name) => changeSetting(settings, name, '0'), SETTINGS))
  await expect(page.library.settled()).rejects.toThrow('give at least one field a weight above 0')
  expect([shopOf(page), page.library.getState().ranking.is]).toEqual(['sample', 'failed'])
  page.library.rankBy(SETTINGS)
  expect((await page.library.settled()).recommender.name).toBe('minisearch')
  expect(page.library.getState().ranking).toEqual({ is: 'ready' })
})

test('a server that does not answer leaves the dataset open, and every ranking says why there is none', async () => {
  const page = fake()
  const { openRecommender } = page.client
  page.client.openRecommender = (dataset, spec, options) => (
    spec.kind === 'http' ? Promise.reject(new Error('http://localhost:9200 does not answer')) : openRecommender(dataset, spec, options))
  const http = changeSetting(changeSetting(SETTINGS, 'recommender', 'http'), 'httpUrl', 'http://localhost:9200')
  const library = createLibrary(page.client, http)
  await library.start()
  const { shop, ranking } = library.getState()
  expect([shop?.dataset.name, ranking]).toEqual(['sample', { is: 'failed', reason: 'http://localhost:9200 does not answer' }])
  await expect(shop!.recommender.rank(['lamp'], 10)).rejects.toThrow('http://localhost:9200 does not answer')
  library.rankBy(SETTINGS)
  expect((await library.settled()).recommender.name).toBe('minisearch')
})

test('a recommender that is still being opened for the dataset before never replaces that of the next', async () => {
  const page = fake(['esci'])
  await page.library.start()
  const { openRecommender } = page.client
  let late: () => void = () => undefined
  const library = createLibrary({ ...page.client, openRecommender: async (dataset, spec, options) => {
    if (spec.kind === 'bm25' && dataset.hash === '#sample') await new Promise<void>((resolve) => { late = resolve })
    return openRecommender(dataset, spec, options)
  } }, SETTINGS)
  await library.start()
  library.rankBy(changeSetting(SETTINGS, 'recommender', 'bm25'))
  await new Promise((resolve) => { setTimeout(resolve) })
  await library.open('#esci')
  late()
  await new Promise((resolve) => { setTimeout(resolve) })
  await library.settled()
  expect(library.getState().shop).toMatchObject({ dataset: { name: 'esci' }, recommender: { name: 'bm25' } })
  expect(page.seen.closed).toContain('#sample bm25')
})

test('progress that comes after its result does not bring the reading back', async () => {
  let late: (share: number) => void = () => undefined
  const page = fake([], { openRecommender: (_, spec, options) => {
    late = options!.onProgress!
    const recommender = { name: spec.kind, rank: () => Promise.resolve([]) }
    return Promise.resolve({ recommender, failed: new Promise<Error>(() => undefined), close: () => undefined })
  } })
  await page.library.start()
  late(1)
  expect(page.library.getState().reading).toBeUndefined()
})
