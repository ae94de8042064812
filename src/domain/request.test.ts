// Outputs, well-meant and hostile, through the strict parser of training and the lenient one of evaluation.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderPrompt } from './prompt.ts'
import { parseEvaluation, parseTraining } from './request.ts'

const prompt = renderPrompt('ps5 pad', { template: 'rec-r1', thinking: true })
const strict = (completion: string) => parseTraining(prompt, completion, { mode: 'corrected' })
const answer = (json: string) => `why</think><answer>${json}</answer>`

describe('the strict parser', () => {
  it.each([
    ['the plain format', answer('{"query": "pad"}'), 'pad'],
    ['junk between and after the tags', 'x</think> junk <answer> {"query": "pad"}\n</answer> more<|im_end|>', 'pad'],
    ['extra keys', answer('{"why": [1], "query": "pad"}'), 'pad'],
    ['an empty thought', '</think><answer>{"query": "pad"}</answer>', 'pad'],
    ['an empty query', answer('{"query": ""}'), ''],
    ['a number for a query', answer('{"query": 360}'), '360'],
    ['the later of two query keys', answer('{"query": "a", "query": "b"}'), 'b'],
  ])('accepts %s, as released', (_, completion, query) => expect(strict(completion)).toEqual({ kind: 'query', query }))

  it.each([
    ['a second <think>', `<think>${answer('{"query": "pad"}')}`, '<think> stands more than once'],
    ['two answers', answer('{"query": "a"}') + '<answer>{"query": "b"}</answer>', '<answer> stands more than once'],
    ['tags spoken of in the thought', `use <answer> now${answer('{"query": "a"}')}`, '<answer> stands more than once'],
    ['a JSON fence', answer('```json\n{"query": "a"}\n```'), 'the answer is not JSON'],
    ['plain text', answer('pad'), 'the answer is not JSON'],
    ['an answer before the thought ends', '<answer>{"query": "a"}</answer></think>', '<answer> is out of order'],
    ['no answer', 'x</think>', '<answer> is missing'],
    ['an answer without its end', 'x</think><answer>{"query": "a"}', '</answer> is missing'],
    ['an unended thought', '<answer>{"query": "a"}</answer>', '</think> is missing'],
    ['another key', answer('{"q": "a"}'), 'the answer holds no query'],
    ['an inherited key', answer('{"__proto__": {"query": "a"}}'), 'the answer holds no query'],
    ['a bare number, which ends the released run', answer('5'), 'the answer is JSON, but no object'],
    ['null, which ends the released run', answer('null'), 'the answer is JSON, but no object'],
    ['nothing', '', '</think> is missing'],
  ])('calls %s malformed', (_, completion, reason) => expect(strict(completion)).toEqual({ kind: 'malformed', reason }))

  it.each(['["query"]', '"query"', '{"query": ["a"]}', '{"query": {"a": 1}}', '{"query": null}', '{"query": true}'])(
    'finds nothing to search for in %s, which the released rules call well-formed', (json) => expect(strict(answer(json)).kind).toBe('unusable'))

  it('starts after the first "Assistant:" only as released', () => {
    const completion = `Assistant: ${answer('{"query": "a"}')}`
    expect(strict(completion).kind).toBe('query')
    expect(parseTraining(prompt, completion, { mode: 'as-released' })).toEqual({ kind: 'malformed', reason: '<think> is missing' })
    expect(parseTraining(prompt, `Assistant: <think>${answer('{"query": "a"}')}`, { mode: 'as-released' }).kind).toBe('query')
  })

  it('never throws, whatever is thrown at it', () => {
    const known = ['<think>', '</think>', '<answer>', '</answer>', '{"query": "', '"}', '[[', '\\u', '\ud800', '\0', 'Assistant:']
    const piece = fc.oneof(fc.constantFrom(...known), fc.string())
    fc.assert(fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join('')
      for (const mode of ['corrected', 'as-released'] as const) {
        expect(['query', 'unusable', 'malformed']).toContain(parseTraining(prompt, text, { mode }).kind)
      }
      expect(typeof parseEvaluation(prompt, text)).toBe('string')
    }))
    expect(strict(answer('['.repeat(200_000))).kind).toBe('malformed')
    expect(strict('<answer>'.repeat(100_000)).kind).toBe('malformed')
  })
})

describe('the lenient parser', () => {
  it('takes the query of the last answer', () => {
    expect(parseEvaluation(prompt, '<answer>{"query": "a"}</answer><answer>{"query": "b"}</answer>')).toBe('b')
  })

  it('falls back to the answer’s text, and then to the whole completion without its tags', () => {
    expect(parseEvaluation(prompt, 'x</think><answer>red pad</answer>')).toBe('red pad')
    expect(parseEvaluation(prompt, answer('( "query": "red pad" )'))).toBe('( "query": "red pad" )')
    expect(parseEvaluation(prompt, 'red</think> pad<answer>wide<|im_end|>')).toBe('red  pad wide')
  })

  it('agrees with the strict parser wherever that finds a query', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (thought, query) => {
      const completion = `${thought}</think><answer>${JSON.stringify({ query })}</answer>`
      const request = strict(completion)
      if (request.kind === 'query') expect(parseEvaluation(prompt, completion)).toBe(request.query)
    }))
  })
})
