// The weighted longest common subsequence against a search of every one.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { weightedLcs } from './sequence.ts'

/** Tries every way to choose matches in order: exponential, and nothing but the definition. */
function bruteForce(predicted: readonly (string | undefined)[], label: readonly string[], length: number): number {
  const weight = (at: number): number => 1 / Math.log2(at + 2)
  const first = predicted.slice(0, length)
  const best = (j: number, i: number): number => {
    let most = 0
    for (let p = j; p < first.length; p++) {
      for (let l = i; l < label.length; l++) {
        if (first[p] !== undefined && first[p] === label[l]) most = Math.max(most, weight(p) + best(p + 1, l + 1))
      }
    }
    return most
  }
  const most = Math.min(length, label.length)
  return most === 0 ? 0 : best(0, 0) / Array.from({ length: most }, (_, at) => weight(at)).reduce((sum, one) => sum + one, 0)
}

const id = fc.constantFrom('a', 'b', 'c', 'd')

test('equals the best of all common subsequences, with repetitions on either side', () => {
  fc.assert(fc.property(fc.array(fc.option(id, { nil: undefined }), { maxLength: 7 }), fc.array(id, { maxLength: 6 }), fc.integer({ min: 1, max: 8 }), (predicted, label, length) => {
    expect(weightedLcs(predicted, label, length)).toBeCloseTo(bruteForce(predicted, label, length), 12)
  }), { numRuns: 500 })
})

test('is 1 exactly for lists that begin with the label, or with as much of it as was asked for', () => {
  fc.assert(fc.property(fc.uniqueArray(fc.integer().map(String), { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 30 }), (label, length) => {
    expect(weightedLcs([...label, 'x'], label, length)).toBe(1)
    expect(weightedLcs(['x', ...label], label, length)).toBeLessThan(1)
  }))
})

test('is found for 200 items and a label of 5,000 in under a second', () => {
  const label = Array.from({ length: 5000 }, (_, i) => String(i))
  const start = performance.now()
  expect(weightedLcs(label.slice(0, 200), label, 200)).toBe(1)
  expect(performance.now() - start).toBeLessThan(1000)
})
