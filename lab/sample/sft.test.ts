// What the starting policy is taught: a format that parses, copies that copy, and no hint of any catalogue.
import { describe, expect, it } from 'vitest'
import { renderPrompt } from '../../src/domain/prompt.ts'
import { Stream } from '../../src/domain/random.ts'
import { parseTraining } from '../../src/domain/request.ts'
import { distinctShare, queryWords } from '../../src/domain/words.ts'
import { CONCEPTS } from './concepts.ts'
import { copied } from './copying.ts'
import { SFT, sftExample } from './sft.ts'

const COUNT = 40_000
const random = new Stream(3, 'sft test')
const examples = Array.from({ length: COUNT }, () => sftExample(random))
const share = (holds: (example: (typeof examples)[number]) => boolean): number => examples.filter(holds).length / COUNT

describe('the examples of the starting policy', () => {
  it('are the same for the same seed, and others for another', () => {
    const first = (seed: number) => sftExample(new Stream(seed, 'sft test'))
    expect(first(3)).toEqual(examples[0])
    expect(first(4)).not.toEqual(examples[0])
  })

  it('keep the format, and say in it the rewrite', () => {
    for (const { query, completion, rewrite } of examples.slice(0, 5000)) {
      const prompt = renderPrompt(query, { template: 'compact', thinking: true })
      expect(parseTraining(prompt, completion.replace('<|im_end|>', ''), { mode: 'corrected' })).toEqual({ kind: 'query', query: ` ${rewrite}` })
    }
  })

  it('repeat no word', () => {
    const shares = examples.map(({ rewrite }) => distinctShare(queryWords(rewrite)) ?? 1)
    expect(shares.reduce((sum, value) => sum + value, 0) / COUNT).toBeGreaterThan(0.99)
  })

  it('copy the words of the query in their order, as often as the shares say', () => {
    expect(copied('(Red) "mug" for  my mug, 12"', false)).toBe('(Red) mug for my mug, 12')
    expect(copied('the mug for my desk', true)).toBe('mug desk')
    expect(copied('for the', true)).toBe('for the')
    const copies = share(({ query, rewrite }) => rewrite === copied(query, false))
    expect(copies).toBeGreaterThan(SFT.copies * (1 - SFT.stopWordsDropped) - 0.02)
    expect(copies).toBeLessThan(SFT.copies + 0.15)
  })

  it('say every way of a thing equally often, whatever the catalogue says', () => {
    // Types' ways of several words: chance rarely puts them into a copy, so that what is counted was said on purpose.
    const types = CONCEPTS.filter((concept) => concept.kind === 'type').map((concept) => concept.ways.filter((way) => way.includes(' '))).filter((ways) => ways.length > 1)
    const spreads = types.map((ways) => {
      const counts = ways.map((way) => examples.filter(({ rewrite }) => rewrite.includes(way)).length)
      return Math.max(...counts) / Math.min(...counts)
    })
    expect(spreads.reduce((sum, value) => sum + value, 0) / spreads.length).toBeLessThan(1.6)
  })

  it('leave a shopper\'s way standing more often than not', () => {
    const kept = (way: string, query: string, rewrite: string) => ` ${query} `.includes(` ${way} `) && ` ${rewrite} `.includes(` ${way} `)
    const asked = examples.filter(({ query }) => ` ${query} `.includes(' pushchair '))
    expect(asked.length).toBeGreaterThan(50)
    const keeps = asked.filter(({ query, rewrite }) => kept('pushchair', query, rewrite)).length / asked.length
    expect(keeps).toBeGreaterThan(0.5)
    expect(keeps).toBeLessThan(0.9)
  })
})
