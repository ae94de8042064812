// What parts give on real outputs: the editor's numbers are those that training would give.
import { describe, expect, test } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { settingsOf } from '../../domain/config.ts'
import type { Dataset, Product } from '../../domain/dataset.ts'
import { totalReward } from '../../domain/reward.ts'
import type { Settings } from '../../domain/settings.ts'
import type { ScoredRollout } from '../../experiment/events.ts'
import { createRows } from '../tasks/rows.ts'
import type { Shop } from '../data/library.ts'
import { asksServer, valueOutputs, valuingKey } from './rewardExamples.ts'
import { rewardNow, sharesOf } from './rewardSum.ts'

const PRODUCTS: readonly Product[] = ['red mug', 'blue mug', 'oak lamp', 'red lamp'].map((title, at) => (
  { id: `p${at}`, title, description: '', bullets: '', brand: '', color: '', category: title.split(' ')[1]!, numbers: { margin: at } }))
const DATASET: Dataset = {
  name: 'small', hash: '#small', productCount: PRODUCTS.length,
  queries: ['red mug', 'oak lamp', 'blue mug', 'red lamp', 'mug', 'lamp'].map((text, at) => (
    { id: `q${at}`, text, split: at < 4 ? 'train' : 'test', judgements: [{ productId: `p${[0, 2, 1, 3, 0, 2][at]}`, label: 'E' }] })),
}

/** A shop whose recommender ranks by words in common, the catalogue's order breaking ties. */
function shopOf(products: readonly Product[] = PRODUCTS): Shop {
  const score = (query: string, { title }: Product): number => query.split(' ').filter((word) => title.split(' ').includes(word)).length
  const rank = (query: string, k: number): string[] => products.filter((one) => score(query, one) > 0).toSorted((a, b) => score(query, b) - score(query, a)).slice(0, k).map(({ id }) => id)
  const known = new Map(products.map((one) => [one.id, one]))
  return {
    dataset: DATASET, recommender: { name: 'words', rank: (queries: readonly string[], k: number) => Promise.resolve(queries.map((query) => ({ ids: rank(query, k) }))) },
    catalogue: {
      size: products.length, products: (ids: readonly string[]) => Promise.resolve(ids.map((id) => known.get(id))),
      productsAt: (places: readonly number[]) => Promise.resolve(places.map((place) => products[place]!)),
    },
  } as unknown as Shop
}

function rowsOf(shop: Shop, settings: Settings) {
  return createRows({ library: createStore(() => ({ shop })), run: createStore(() => ({ settings })) } as unknown as Parameters<typeof createRows>[0])
}

const rollout = (queryId: string, query: string, text: string, reward?: number): ScoredRollout => ({
  queryId, query, member: 0, text, parts: {}, advantage: 0, tokens: 1, logp: 0, ids: [], logps: [], stop: 'token', ...(reward === undefined ? {} : { reward }),
})
const answering = (query: string): string => `so</think><answer>{"query": "${query}"}</answer>`
const settings = settingsOf('sample', { trainK: 4, rewardK: 2, validationShare: 0 })

describe('outputs are valued', () => {
  test('by all parts, as one batch of the last step’s rollouts, whatever is weighed', async () => {
    const shop = shopOf()
    const rollouts = [rollout('q0', 'red mug', answering('red mug'), 1.1), rollout('q0', 'red mug', answering('lamp')), rollout('q1', 'oak lamp', 'no answer'), rollout('gone', 'x', 'y')]
    const { outputs, step, columns } = await valueOutputs(shop, rowsOf(shop, settings), settings, { step: 7, rollouts })
    expect([step, columns, outputs.length]).toEqual([7, ['margin'], 3])
    // red mug ranks p0, then p1 (mug) and p3 (red) by the catalogue's order: p0 is relevant; p0 and p1 are both mugs, of margins 0 and 1 of 3
    expect(outputs[0]).toMatchObject({ asked: 'red mug', answer: 'red mug', earned: 1.1, parts: { ndcg: 1, mrr: 1, hit: 1, diversity: 0, business: expect.closeTo(1 / 6, 12) as number, coverage: 1 } })
    // lamp ranks p2, p3: nothing relevant; margins 2 and 3 of 3
    expect(outputs[1]).toMatchObject({ answer: 'lamp', parts: { ndcg: 0, format: 0, business: expect.closeTo(5 / 6, 12) as number } })
    expect(outputs[2]).toMatchObject({ answer: '</think> is missing', parts: { malformed: 1 } })
    // there is no column `released`
    expect(outputs[0]!.parts).not.toHaveProperty('freshness')
  })

  test('by the rows as they stand, where nothing was sampled', async () => {
    const shop = shopOf()
    const { outputs, step } = await valueOutputs(shop, rowsOf(shop, settings), settings, undefined)
    expect(step).toBeUndefined()
    expect(outputs.map(({ asked, answer }) => `${asked} → ${answer}`).toSorted()).toEqual(['blue mug → blue mug', 'oak lamp → oak lamp', 'red lamp → red lamp', 'red mug → red mug'])
    expect(outputs.every(({ parts }) => parts!.ndcg === 1 && parts!.malformed === 0)).toBe(true)
  })
})

describe('the editor’s sum', () => {
  const outputs = [{ asked: 'a', answer: 'b', parts: { ndcg: 0.5, format: 1, mrr: 0.25 } }, { asked: 'a', answer: 'c', parts: { ndcg: 0.1, format: 0, mrr: 0.75 } }]
  const weighed = { ...settings, rewardNdcg: 1, rewardFormat: 0.1, rewardMalformed: 0, rewardRepetition: 0, rewardMrr: -2, rewardExpression: 1, expression: 'ndcg * mrr' }

  test('adds up to the reward that training gives, an expression of parts without a weight included', () => {
    const shares = sharesOf(outputs[0], outputs, weighed)
    // 0.5 + 0.1 − 2 · 0.25 + 0.125
    expect(Object.values(shares).reduce((sum, { adds }) => sum + (adds ?? 0), 0)).toBeCloseTo(0.225, 12)
    expect(rewardNow(outputs[0]!, weighed)).toBeCloseTo(0.225, 12)
    expect(rewardNow(outputs[0]!, weighed)).toBe(totalReward({ ...outputs[0]!.parts, expression: 0.125 }, weighed))
    expect([shares.mrr.mean, shares.expression.mean, shares.recall.adds]).toEqual([0.5, 0.1, undefined])
  })

  test('is none where the ranking failed, and counts such an output in no mean', () => {
    const failed = { asked: 'a', answer: 'b', parts: undefined, failed: 'the server is down' }
    expect(rewardNow(failed, weighed)).toBeUndefined()
    expect(sharesOf(failed, [failed, outputs[0]!], weighed).ndcg).toEqual({ value: undefined, adds: undefined, mean: 0.5 })
  })
})

test('weights and expression change nothing in what parts are worth; what decides parts does', () => {
  expect(valuingKey({ ...settings, rewardMrr: 3, expression: 'ndcg', rewardExpression: 1 })).toBe(valuingKey(settings))
  expect(valuingKey({ ...settings, rewardK: 3 })).not.toBe(valuingKey(settings))
})

test('a server is not asked unbidden, also as a part of a hybrid', () => {
  expect([asksServer(settings), asksServer({ ...settings, recommender: 'http' }), asksServer({ ...settings, recommender: 'hybrid', hybridParts: 'bm25,http' })]).toEqual([false, true, true])
})
