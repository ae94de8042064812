// Scoring against float64: likelihoods, divergences and next tokens as the golden cases' own logits (PyTorch's) give them.
import { beforeAll, expect, test } from 'vitest'
import { testGpu } from '../gpu/testing.ts'
import * as apart from '../kernels/divergence/divergence.reference.ts'
import { best } from '../kernels/topk/topk.reference.ts'
import { loadModel } from '../model/load.ts'
import { openSafetensors } from '../model/safetensors.ts'
import { goldenCase, type CaseName } from './fixtures/load.ts'
import { Policy } from './policy.ts'
import { logLikelihood, rankNext } from './scoring.ts'
import { supervise } from './supervise.ts'

interface Case {
  readonly policy: Policy
  readonly sequences: readonly (readonly number[])[]
  readonly starts: readonly number[]
  /** [T][vocabulary] of a sequence's every position */
  readonly logits: (which: 'logits' | 'base_logits', sequence: number) => Float32Array[]
}

async function open(name: CaseName): Promise<Case> {
  const { files, golden, caseJson } = await goldenCase(name)
  const model = await loadModel(await testGpu(), files, { base: false, adapter: true })
  const { sequences, completion_starts: starts } = JSON.parse(new TextDecoder().decode(caseJson)) as { sequences: number[][]; completion_starts: number[] }
  const file = openSafetensors(golden, 'golden.safetensors')
  const { vocabulary } = model.config
  const logits: Case['logits'] = (which, sequence) => {
    const flat = file.read(`${which}.${sequence}`)
    return sequences[sequence]!.map((_, t) => flat.slice(t * vocabulary, (t + 1) * vocabulary))
  }
  return { policy: new Policy(model.gpu, model, 'adapter off'), sequences, starts, logits }
}

const logSumExp = (row: Float32Array): number => {
  const top = row.reduce((most, value) => Math.max(most, value), -Infinity)
  return top + Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0))
}

const parts = ({ sequences, starts }: Case) => sequences.map((ids, i) => ({ promptIds: ids.slice(0, starts[i]), ids: ids.slice(starts[i]) }))

let odd: Case
beforeAll(async () => {
  odd = await open('odd')
  return () => odd.policy.free()
})

test.each(['odd', 'llama'] as const)('%s: likelihoods under both versions and the divergence between them are PyTorch\'s to five digits', async (name) => {
  const of = name === 'odd' ? odd : await open(name)
  const sequences = parts(of)
  const { vocabulary } = of.policy.model.config
  const nllOf = (which: 'logits' | 'base_logits', i: number): number => {
    const rows = of.logits(which, i)
    return sequences[i]!.ids.reduce((sum, id, t) => sum + logSumExp(rows[of.starts[i]! + t - 1]!) - rows[of.starts[i]! + t - 1]![id]!, 0)
  }
  const klOf = (i: number): number => sequences[i]!.ids.reduce((sum, _, t) => {
    const at = of.starts[i]! + t - 1
    return sum + apart.divergence(of.logits('logits', i)[at]!, of.logits('base_logits', i)[at]!, 1, vocabulary)[0]!
  }, 0)
  for (const version of ['current', 'reference'] as const) {
    const { nll, tokens, kl } = await logLikelihood(of.policy, { sequences, version, divergence: true })
    expect(tokens).toEqual(sequences.map(({ ids }) => ids.length))
    nll.forEach((value, i) => expect(Math.abs(value / nllOf(version === 'current' ? 'logits' : 'base_logits', i) - 1)).toBeLessThan(1e-5))
    kl?.forEach((value, i) => expect(Math.abs(value / klOf(i) - 1)).toBeLessThan(2e-4))
    expect(kl?.length).toBe(sequences.length)
    expect(Math.min(...kl ?? [0])).toBeGreaterThan(1e-3)
  }
  expect(await logLikelihood(of.policy, { sequences, version: 'current' })).not.toHaveProperty('kl')
  if (name !== 'odd') of.policy.free()
})

test('the next tokens are the best of the last position\'s logits, without those that are excluded and those out of range', async () => {
  const { policy, sequences, logits } = odd
  const { vocabulary } = policy.model.config
  // every prefix length from one token on: ragged batches
  const asked = sequences.flatMap((ids, i) => [1, 2, 5, ids.length].filter((n) => n <= ids.length).map((n) => ({ i, ids: ids.slice(0, n) })))
  const rows = asked.map(({ i, ids }) => logits('logits', i)[ids.length - 1]!)
  for (const [k, range] of [[1, undefined], [7, undefined], [7, { from: 11, to: vocabulary - 3 }], [vocabulary, undefined], [4, { from: 5, to: 7 }]] as const) {
    const exclude = rows.map((row, i) => (i % 2 === 0 ? [] : best(row, 3).positions))
    const found = await rankNext(policy, { sequences: asked.map(({ ids }) => ids), k, exclude, ...(range && { range }) })
    expect(found.length).toBe(asked.length)
    rows.forEach((row, i) => {
      const { from, to } = range ?? { from: 0, to: vocabulary }
      const allowed = [...row.keys()].filter((id) => id >= from && id < to && !exclude[i]!.includes(id))
      const order = allowed.sort((a, b) => row[b]! - row[a]! || a - b).slice(0, k)
      const { ids, logps } = found[i]!
      expect(ids.length).toBe(order.length)
      // PyTorch's logits and ours differ in the last digits, so that near ties may change places: the values may not
      ids.forEach((id, at) => expect(Math.abs(row[id]! - row[order[at]!]!)).toBeLessThan(1e-4))
      logps.forEach((logp, at) => expect(Math.abs(logp - (row[ids[at]!]! - logSumExp(row)))).toBeLessThan(1e-4))
      expect(new Set(ids).size).toBe(ids.length)
    })
  }
})

test('tokens with equal embeddings tie exactly and are answered by id', async () => {
  const { files: { config, weights } } = await goldenCase('odd')
  const raw = { ...(JSON.parse(new TextDecoder().decode(config)) as { vocab_size: number; hidden_size: number }) }
  const model = await loadModel(await testGpu(), { config, weights }, { base: true, adapter: false })
  const policy = new Policy(model.gpu, model, 'frozen copy')
  const embed = model.base.of('embed', 'weights')
  const row = await model.gpu.read(embed, raw.hidden_size)
  for (const id of [3, 17, 101]) model.gpu.write({ ...embed, offset: embed.offset + id * raw.hidden_size * 4, size: raw.hidden_size * 4 }, row)
  const [found] = await rankNext(policy, { sequences: [[9, 4, 6]], k: raw.vocab_size })
  const at = found!.ids.indexOf(0)
  expect(found!.ids.slice(at, at + 4)).toEqual([0, 3, 17, 101])
  policy.free()
})

test('scoring leaves training as it was: the same step after it gives the same bytes', async () => {
  const { files: { config, weights } } = await goldenCase('odd')
  const bytes: Uint8Array[] = []
  for (const scored of [false, true]) {
    const model = await loadModel(await testGpu(), { config, weights }, { base: true, adapter: false })
    const policy = new Policy(model.gpu, model, 'frozen copy')
    const sequences = parts(odd)
    if (scored) {
      await logLikelihood(policy, { sequences, version: 'reference', divergence: true })
      await rankNext(policy, { sequences: odd.sequences, k: 5 })
    }
    await supervise(policy, { sequences, fullText: true, optimiser: { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 } }, () => 0)
    bytes.push(new Uint8Array(await policy.checkpoint()))
    policy.free()
  }
  expect(bytes[1]).toEqual(bytes[0])
})

test.each([
  ['an empty prompt', (p: Policy) => logLikelihood(p, { sequences: [{ promptIds: [], ids: [1] }], version: 'current' }), 'logLikelihood: sequence 0 has an empty prompt'],
  ['nothing to score', (p: Policy) => logLikelihood(p, { sequences: [{ promptIds: [1], ids: [] }], version: 'current' }), 'logLikelihood: sequence 0 has no ids to score'],
  ['a stranger', (p: Policy) => rankNext(p, { sequences: [[1], [1_000_000]], k: 1 }), 'rankNext: sequence 1 holds token 1000000, but the model has tokens 0 to'],
  ['an empty sequence', (p: Policy) => rankNext(p, { sequences: [[]], k: 1 }), 'rankNext: sequence 0 is empty'],
  ['no k', (p: Policy) => rankNext(p, { sequences: [[1]], k: 0 }), 'rankNext: k is 0, but must be a whole number of at least 1'],
  ['a range beyond the vocabulary', (p: Policy) => rankNext(p, { sequences: [[1]], k: 1, range: { from: 5, to: 1_000_000 } }), 'rankNext: the range 5 to 1000000 is not within'],
  ['lists that do not match', (p: Policy) => rankNext(p, { sequences: [[1]], k: 1, exclude: [] }), '0 lists of excluded ids for 1 sequences'],
])('%s is refused in a sentence', async (_, call, message) => {
  await expect(call(odd.policy)).rejects.toThrow(message)
})
