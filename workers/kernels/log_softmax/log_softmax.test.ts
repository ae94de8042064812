// The log-softmax reference: its gradient and its known values; and the segments that fix the order of additions.
import { expect, test } from 'vitest'
import { segmentsOf } from '../../../src/domain/rooms.ts'
import { Numbers, projectionError } from '../testing.ts'
import { logSoftmax, logSoftmaxBackward } from './log_softmax.reference.ts'

test.each([
  [1, 2, 1, 1], [3, 7, 1, 1], [2, 33, 0.6, 3], [4, 5, 2, 0.1],
])('the gradient of %i rows × %i tokens at temperature %d and magnitude %d is right', (rows, vocabulary, temperature, scale) => {
  const shape = { rows, vocabulary, temperature }
  const numbers = new Numbers(`log-softmax ${rows} ${vocabulary}`)
  const targets = numbers.integers(rows, vocabulary)
  const error = projectionError(
    'log-softmax', [numbers.doubles(rows * vocabulary, scale)],
    ([logits]) => {
      const { logp, entropy } = logSoftmax(logits!, targets, shape)
      return [logp, entropy]
    },
    ([logits], [dlogp, dentropy], [dlogits]) => logSoftmaxBackward({ logits: logits!, targets, dlogp: dlogp!, dentropy: dentropy!, dlogits: dlogits! }, shape),
  )
  expect(error).toBeLessThan(1e-7)
})

test('equal logits give −log V and entropy log V; a logit of ln 3 at temperature 2 weighs √3', () => {
  const even = logSoftmax([5, 5, 5, 5], [2], { rows: 1, vocabulary: 4, temperature: 1 })
  expect([even.logp[0], even.entropy[0], even.lse[0]].map((value) => value!.toFixed(12))).toEqual([-Math.log(4), Math.log(4), 5 + Math.log(4)].map((value) => value.toFixed(12)))
  const { logp } = logSoftmax([Math.log(3), 0], [0], { rows: 1, vocabulary: 2, temperature: 2 })
  expect(Math.exp(logp[0]!)).toBeCloseTo(Math.sqrt(3) / (1 + Math.sqrt(3)), 12)
})

test('huge logits neither overflow nor lose the small log-probability', () => {
  const { logp, entropy } = logSoftmax([1e4, -1e4], [1], { rows: 1, vocabulary: 2, temperature: 1 })
  expect(logp[0]).toBe(-2e4)
  expect(entropy[0]).toBeCloseTo(0, 12)
})

test('a row is summed in 1 to 256 segments of at most 256 entries, until the vocabulary is beyond 65,536', () => {
  expect([1, 2, 256, 257, 2048, 65536, 151936].map(segmentsOf)).toEqual([1, 1, 1, 2, 8, 256, 256])
})
