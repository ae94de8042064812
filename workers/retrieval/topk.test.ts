// The best k against a full sort, ties and all.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TopK } from './topk.ts'

it('keeps the best k in order, the earlier of equal scores, whatever comes in which order', () => {
  const scores = fc.array(fc.oneof(fc.integer({ min: 1, max: 6 }), fc.double({ min: 0.5, max: 6, noNaN: true })), { maxLength: 300 })
  fc.assert(fc.property(scores, fc.integer({ min: 1, max: 40 }), (offered, k) => {
    const top = new TopK(k, offered.length)
    for (const [position, score] of offered.entries()) if (score > top.bar) top.offer(score, 3 * position)
    const { positions, scores: kept } = top.finish()
    const expected = offered.map((score, position) => ({ score, position: 3 * position })).sort((a, b) => b.score - a.score || a.position - b.position).slice(0, k)
    expect([...positions]).toEqual(expected.map(({ position }) => position))
    expect([...kept]).toEqual(expected.map(({ score }) => score))
  }), { numRuns: 500 })
})

it('takes sorted, reversed and equal scores in their stride', () => {
  for (const scoreOf of [(at: number) => at + 1, (at: number) => 100_000 - at, () => 7]) {
    const top = new TopK(1000, 100_000)
    for (let at = 0; at < 100_000; at++) if (scoreOf(at) > top.bar) top.offer(scoreOf(at), at)
    const { positions } = top.finish()
    expect(positions).toHaveLength(1000)
    expect(positions[0]).toBe(scoreOf(0) === 1 ? 99_999 : 0)
  }
})
