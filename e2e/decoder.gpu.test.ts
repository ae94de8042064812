// The decoder over item ids on the real engine: a small seeded world in which what comes next can be learnt.
import { expect, test } from 'vitest'
import type { UserHistory } from '../src/domain/dataset.ts'
import type { DecoderProgress } from '../src/domain/decoder.ts'
import { Stream } from '../src/domain/random.ts'
import { trainDecoder } from '../src/experiment/decoder.ts'
import { Service } from '../workers/training/service.ts'

const ITEMS = 48
/** Everybody walks round a ring of items from somewhere, now and then jumping elsewhere. */
const USERS = Array.from({ length: 120 }, (_, i): UserHistory => {
  const random = new Stream(7, 'ring', i)
  let at = random.integer(ITEMS)
  const items = Array.from({ length: 4 + random.integer(6) }, () => {
    at = random.uniform() < 0.1 ? random.integer(ITEMS) : (at + 1) % ITEMS
    return `item ${at}`
  })
  return { userId: `u${i}`, items }
})
const OPTIONS = { hidden: 16, layers: 1, intermediate: 32, epochs: 8, batch: 16, learningRate: 1e-2, seed: 5 }

/** one engine for all: each training gives up what was loaded before */
const ports = { policy: new Service(navigator.gpu, () => 0), now: () => 0 }

test('it learns what comes after what, far beyond what is popular, and the same seed gives the same result', async () => {
  const told: DecoderProgress[] = []
  const result = await trainDecoder(ports, USERS, OPTIONS, (progress) => { told.push(progress) })
  expect(result).toMatchObject({ users: 120, items: ITEMS, options: OPTIONS })
  expect(result.test['recall@5']).toBeGreaterThan(0.6)
  expect(result.popularity['recall@10']).toBeLessThan(0.4)
  expect(result.test['ndcg@10']).toBeGreaterThan(3 * result.popularity['ndcg@10'])
  // a person's row is the ranking that was measured: nothing they have, the target where the gain says it is
  for (const [i, { userId, target, ranked, ...metrics }] of result.values.entries()) {
    const { items } = USERS[i]!
    expect([userId, target]).toEqual([USERS[i]!.userId, items.at(-1)])
    expect(new Set(ranked).size).toBe(10)
    expect(ranked.filter((item) => items.slice(0, -1).includes(item))).toEqual([])
    const at = ranked.indexOf(target)
    expect(metrics['ndcg@10']).toBe(at < 0 ? 0 : 1 / Math.log2(at + 2))
  }
  const ended = told.filter(({ validation }) => validation !== undefined)
  expect(ended.length).toBe(result.epochs)
  expect(told.at(-1)?.tested).toEqual({ done: 120, of: 120 })
  expect(ended[result.bestEpoch - 1]?.validation).toEqual(result.validation)
  expect(Math.max(...ended.map(({ validation }) => validation!['ndcg@10']))).toBe(result.validation['ndcg@10'])
  expect(await trainDecoder(ports, USERS, OPTIONS)).toEqual(result)
})

test('what was seen may be ranked where that is wished, and cancelling ends training with the reason', async () => {
  const { values } = await trainDecoder(ports, USERS, { ...OPTIONS, epochs: 1, excludeSeen: false })
  expect(values.some(({ ranked }, i) => ranked.some((item) => USERS[i]!.items.slice(0, -1).includes(item)))).toBe(true)
  const stop = new AbortController()
  const cancelled = trainDecoder(ports, USERS, OPTIONS, ({ step }) => { if (step === 3) stop.abort(new Error('no longer wanted')) }, stop.signal)
  await expect(cancelled).rejects.toThrow('no longer wanted')
})
