// The search box over shops of either size: MiniSearch answers where it can, the recommender elsewhere, and the box says which.
import { expect, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import type { Library, LibraryState, Shop } from './library.ts'
import { createSearch } from './search.ts'

const ranking = (...ids: string[]) => ({ ids, scores: ids.map((_, at) => 9 - at) })

function shopOf(productCount: number, lexical = true): Shop {
  const box = { search: () => Promise.resolve(ranking('typed')), suggest: (text: string) => Promise.resolve([text, `${text} red`]) }
  return {
    dataset: { hash: `h${productCount}`, productCount }, recommender: { name: 'bm25', rank: () => Promise.resolve([ranking('ranked', 'second')]) },
    opened: lexical ? box : {},
  } as unknown as Shop
}

async function found(shop: Shop | undefined) {
  vi.useFakeTimers()
  try {
    const search = createSearch(createStore<LibraryState>(() => ({ shop }) as LibraryState) as unknown as Library)
    search.type('mug')
    await vi.runAllTimersAsync()
    return search.getState()
  } finally {
    vi.useRealTimers()
  }
}

test('a catalogue that MiniSearch holds is searched by it, and its suggestions are others than what was typed', async () => {
  expect(await found(shopOf(100_000))).toMatchObject({ hits: [{ id: 'typed', score: 9 }], suggestions: ['mug red'], instead: undefined, fault: undefined, searching: false })
})

test('beyond its limit the recommender answers for whole words, and the box says so with both counts', async () => {
  const { hits, suggestions, instead } = await found(shopOf(100_001))
  expect(hits.map(({ id }) => id)).toEqual(['ranked', 'second'])
  expect(suggestions).toEqual([])
  expect(instead).toBe('ranked by bm25, whole words only: MiniSearch holds up to 100,000 products and this catalogue has 100,001')
})

test('where nothing lexical ranks the recommender answers too', async () => {
  expect(await found(shopOf(10, false))).toMatchObject({ hits: [{ id: 'ranked' }, { id: 'second' }], instead: expect.stringContaining('nothing lexical') as string })
})

test('without a shop nothing is found', async () => {
  expect(await found(undefined)).toMatchObject({ hits: [], instead: undefined, fault: undefined })
})
