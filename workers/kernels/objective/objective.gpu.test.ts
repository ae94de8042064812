// The objective on the GPU against the float64 reference.
import { expect, test } from 'vitest'
import { relativeError, testGpu } from '../../gpu/testing.ts'
import { Buffers, Numbers, dispatch } from '../testing.ts'
import { objective as onReference, objectiveBackward } from './objective.reference.ts'
import type { PackedTokens } from './objective.reference.ts'
import { objective } from './objective.ts'
import type { ObjectiveShape } from './objective.ts'

const LENGTHS = {
  'one token': [1],
  'ragged sequences, one of them empty': [3, 1, 0, 17, 2],
  '32 sequences': Array.from({ length: 32 }, (_, s) => 1 + (s % 5)),
  '33 sequences': Array.from({ length: 33 }, (_, s) => 1 + (s % 3)),
}
const SETTINGS: readonly (Omit<ObjectiveShape, 'sequences'> & { readonly name: string })[] = [
  { name: 'the bare surrogate', importance: 'token', withReference: false, clipLow: 0.2, clipHigh: 0.2, klCoefficient: 0, entropyCoefficient: 0 },
  { name: 'KL, entropy and uneven clips', importance: 'token', withReference: true, clipLow: 0.1, clipHigh: 0.28, klCoefficient: 0.04, entropyCoefficient: 0.01 },
  { name: 'a negative KL weight', importance: 'token', withReference: true, clipLow: 0.2, clipHigh: 0.2, klCoefficient: -0.5, entropyCoefficient: 0.001 },
  { name: 'one ratio per sequence', importance: 'sequence', withReference: false, clipLow: 3e-3, clipHigh: 4e-3, klCoefficient: 0, entropyCoefficient: 0 },
  { name: 'one ratio per sequence with KL and entropy', importance: 'sequence', withReference: true, clipLow: 0.2, clipHigh: 0.2, klCoefficient: 0.1, entropyCoefficient: 0.1 },
]

// logp − old of float32 numbers near 2 errs by 2^-23 absolute, and its exponential relatively so.
const TOLERANCE = 2e-6

/** Tokens whose log-probabilities lie `spread` from the sampler's and the reference's; scales are equal within a sequence, as every aggregation has them. */
function randomTokens(name: string, lengths: readonly number[], spread: number, advantage: number): PackedTokens & { readonly stats: Float32Array; readonly referenceStats: Float32Array } {
  const numbers = new Numbers(`objective ${name} ${spread}`)
  const starts = lengths.reduce<number[]>((all, length) => [...all, all.at(-1)! + length], [0])
  const count = starts.at(-1)!
  const logps = numbers.floats(count).map((value) => -Math.abs(value))
  const entropies = numbers.floats(count).map(Math.abs)
  const near = (): Float32Array => numbers.floats(count, spread).map((value, t) => value + logps[t]!)
  const [olds, references] = [near(), near()]
  const packed = (second: Float32Array, third: Float32Array): Float32Array => Float32Array.from({ length: count * 4 }, (_, at) => [7, second[at >> 2]!, third[at >> 2]!, 0][at & 3]!)
  return {
    // signs alternate, so that both directions of clipping occur
    starts, advantages: numbers.floats(lengths.length, advantage).map((value, s) => (s % 2 === 0 ? Math.abs(value) : -Math.abs(value))), logps, entropies, olds, references,
    scales: Float32Array.from(lengths.flatMap((length) => Array.from({ length }, () => 1 / (lengths.length * length)))),
    stats: packed(logps, entropies), referenceStats: packed(references, numbers.floats(count)),
  }
}

async function run(tokens: ReturnType<typeof randomTokens>, shape: ObjectiveShape) {
  const buffers = new Buffers(await testGpu())
  const count = tokens.logps.length
  const t = {
    starts: buffers.words(tokens.starts), advantages: buffers.floats(tokens.advantages), stats: buffers.floats(tokens.stats), olds: buffers.floats(tokens.olds),
    references: buffers.floats(tokens.referenceStats), scales: buffers.floats(tokens.scales), weights: buffers.unset(count * 2), terms: buffers.unset(count * 4),
  }
  dispatch(buffers.gpu, (recording) => objective(recording, t, shape))
  const [weights, terms] = [await buffers.read(t.weights), await buffers.read(t.terms)]
  buffers.free()
  const column = (source: Float32Array, width: number, which: number): Float32Array => source.filter((_, at) => at % width === which)
  return { dlogps: column(weights, 2, 0), dentropies: column(weights, 2, 1), losses: column(terms, 4, 0), kls: column(terms, 4, 1), clipped: column(terms, 4, 2), gaps: column(terms, 4, 3) }
}

async function compare(name: string, lengths: readonly number[], settings: Omit<ObjectiveShape, 'sequences'>, spread: number, advantage: number): Promise<void> {
  const shape = { ...settings, sequences: lengths.length }
  const tokens = randomTokens(name, lengths, spread, advantage)
  const found = await run(tokens, shape)
  const expected = onReference(tokens, shape)
  const [dlogps, dentropies] = [new Float64Array(tokens.logps.length), new Float64Array(tokens.logps.length)]
  objectiveBackward(tokens, shape, dlogps, dentropies)
  expect(relativeError(found.losses, expected.losses), 'losses').toBeLessThan(TOLERANCE)
  expect(relativeError(found.gaps, expected.gaps), 'gaps').toBeLessThan(TOLERANCE)
  // k3 is a square of differences: twice their relative error
  expect(relativeError(found.kls, expected.kls), 'kls').toBeLessThan(2 * TOLERANCE)
  expect([...found.clipped], 'clipped').toEqual([...expected.clipped])
  expect(relativeError(found.dlogps, dlogps), 'dlogps').toBeLessThan(TOLERANCE)
  expect(relativeError(found.dentropies, dentropies), 'dentropies').toBeLessThan(TOLERANCE)
}

for (const { name, ...settings } of SETTINGS) {
  test.each(Object.entries(LENGTHS))(`${name}: %s`, (lengthsName, lengths) => compare(lengthsName, lengths, settings, 0.3, 1))
}

test.each([
  [1e-4, 1], [1e-2, 1], [2, 1], [0.3, 1e-4], [0.3, 1e3],
])('log-probabilities %d apart with advantages of magnitude %d', (spread, advantage) => compare('magnitudes', [5, 9, 40, 3], SETTINGS[1]!, spread, advantage))

test('the KL is never negative, however near the reference is', async () => {
  const { kls } = await run(randomTokens('near', [500], 1e-5, 1), { ...SETTINGS[1]!, sequences: 1 })
  expect(Math.min(...kls)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...kls)).toBeGreaterThan(0)
})

test('both directions of clipping occur in what is compared here', () => {
  const tokens = randomTokens('magnitudes', [5, 9, 40, 3], 0.3, 1)
  expect(new Set(onReference(tokens, { ...SETTINGS[1]!, sequences: 4 }).clipped)).toEqual(new Set([-1, 0, 1]))
})
