// Checks what the page lists and asks about: the rows of the chosen task, in words, and prepared as a run prepares them.
import { expect, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { settingsOf } from '../../domain/config.ts'
import type { Dataset, Product } from '../../domain/dataset.ts'
import { planTasks } from '../../experiment/tasks.ts'
import { prepare } from '../../experiment/prepare.ts'
import type { LibraryState, Shop } from '../data/library.ts'
import { createRows } from './rows.ts'

const product = (id: string): Product => ({ id, title: `Title ${id}`, description: '', bullets: '', brand: '', color: '' })
const queries = Array.from({ length: 8 }, (_, at) => ({
  id: `q${at}`, text: `query ${at}`, split: at < 4 ? 'train' as const : 'test' as const, judgements: [{ productId: `p${at}`, label: 'E' as const }],
}))
const users = Array.from({ length: 6 }, (_, at) => ({ userId: `u${at}`, items: Array.from('abcdefgh', (letter) => `${letter}${at}`), times: [1, 2, 3, 4, 5, 6, 7, 8] }))
const dataset: Dataset = { name: 'shop', hash: 'h', productCount: 40, queries, users }

function page(settings = settingsOf('sample'), data = dataset) {
  const asked: string[] = []
  const catalogue = {
    size: 40, products: (ids: readonly string[]) => {
      asked.push(...ids)
      return Promise.resolve(ids.map(product))
    }, productsAt: (places: readonly number[]) => Promise.resolve(places.map((at) => product(`n${at}`))),
  }
  const recommender = { name: 'fake', rank: (texts: readonly string[], k: number) => Promise.resolve(texts.map(() => ({ ids: Array.from({ length: k }, (_, at) => `p${at}`), scores: [] }))) }
  const shop = { dataset: data, catalogue, recommender } as unknown as Shop
  const library = createStore<Pick<LibraryState, 'shop'>>(() => ({ shop }))
  const run = createStore(() => ({ settings }))
  return { rows: createRows({ library: library as never, run }), library, run, shop, asked }
}

test('queries are there at once, as the data have them; nothing is fetched', () => {
  const { rows, asked } = page()
  expect([rows.getState().rows, rows.getState().reading, asked]).toEqual([queries, false, []])
  expect(rows.same('QUERY 5')?.id).toBe('q5')
})

test('histories are called by their titles once those are known, told once, and found by their words', async () => {
  const { rows } = page(settingsOf('sample', { task: 'sequential' }))
  expect(rows.getState().reading).toBe(true)
  const told: number[] = []
  rows.subscribe(({ rows: { length } }) => told.push(length))
  await vi.waitFor(() => expect(rows.getState().reading).toBe(false))
  const test = rows.getState().rows.find(({ split }) => split === 'test')!
  expect(test.text).toBe('7 items, last Title e0; Title f0; Title g0')
  expect([rows.same('7 ITEMS, last title e0; title f0; title g0')?.id, told]).toEqual([test.id, [rows.getState().rows.length]])
})

test('another task has other rows at once, and data without them say so', async () => {
  const { rows, run } = page(settingsOf('sample'), { ...dataset, users: [] })
  run.setState({ settings: settingsOf('sample', { task: 'sequential' }) })
  expect(rows.getState()).toMatchObject({ rows: [], reading: false, fault: expect.stringContaining('shop holds 0 histories') as string })
  run.setState({ settings: settingsOf('sample', { task: 'rerank' }) })
  expect(rows.getState()).toMatchObject({ rows: queries, fault: undefined })
  await Promise.resolve()
})

test('a setting that decides no row leaves them alone', () => {
  const { rows, run } = page(settingsOf('sample', { task: 'rerank' }))
  const { rows: before } = rows.getState()
  run.setState({ settings: settingsOf('sample', { task: 'rerank', learningRate: 0.5, template: 'rec-r1' }) })
  expect(rows.getState().rows).toBe(before)
})

test('a row asked here has the prompt and the candidates that a run gives it', async () => {
  for (const settings of [settingsOf('sample', { task: 'rerank', candidates: 'random' }), settingsOf('sample', { task: 'recllm' }), settingsOf('sample', { task: 'sequential' })]) {
    const { rows, shop } = page(settings)
    await vi.waitFor(() => expect(rows.getState().reading).toBe(false))
    const test = planTasks(dataset, settings).test.slice(0, 3)
    await prepare({ catalogue: shop.catalogue, recommender: shop.recommender }, settings, test)
    const asked = await rows.prepared(test.map(({ query: { id } }) => rows.byId(id)!), shop)
    expect(asked.map(({ prompt, query, key }) => [prompt.text, query.candidates, key]), settings.task).toEqual(test.map(({ prompt, query, key }) => [prompt.text, query.candidates, key]))
  }
})

test('a typed text is asked about as a query, and as no history', () => {
  const { rows, run } = page()
  expect(rows.tasks([{ id: '', text: 'anything' }])[0]!.query).toMatchObject({ text: 'anything', judgements: [] })
  expect(rows.tasks([{ id: 'q5', text: 'Query 5' }])[0]!.query).toMatchObject({ id: 'q5', text: 'Query 5', judgements: queries[5]!.judgements })
  run.setState({ settings: settingsOf('sample', { task: 'sequential' }) })
  expect(rows.tasks([{ id: '', text: 'anything' }])).toEqual([])
})

test('the longest prompt is that of the rows: longer histories and more candidates are longer', async () => {
  const { rows, run } = page(settingsOf('sample', { task: 'sequential' }))
  await vi.waitFor(() => expect(rows.getState().reading).toBe(false))
  const settings = settingsOf('sample', { task: 'sequential' })
  const longest = Math.max(...(await rows.prepared(rows.getState().rows, page(settings).shop)).map(({ prompt }) => prompt.text.length))
  expect(rows.longestPrompt(settings)).toBe(longest)
  expect(rows.longestPrompt({ ...settings, historyLength: 1 })).toBeLessThan(longest)
  const rerank = (candidateCount: number): number => {
    const of = settingsOf('sample', { task: 'rerank', candidates: 'random', candidateCount })
    run.setState({ settings: of })
    return rows.longestPrompt(of)
  }
  expect(rerank(20)).toBeGreaterThan(rerank(4))
})
