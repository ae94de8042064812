// Request bodies: whatever a query says, it stays the query.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fillTemplate } from './template.ts'

it('places are filled inside a string and outside, with and without spaces', () => {
  const template = '{"match": "say {{query}} twice: {{ query }}", "raw": {{query}}, "size": {{k}}, "of": "top {{ k }}"}'
  expect(JSON.parse(fillTemplate(template, 'a "b"\n', 7))).toEqual({ match: 'say a "b"\n twice: a "b"\n', raw: 'a "b"\n', size: 7, of: 'top 7' })
})

it('any query comes through as it is, and nothing in it is read as a place, an end of a string or a pattern', () => {
  const hostile = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('{{k}}', '{{query}}', '"}}', '\\', '$&', '$1', '", "size": 9', '\u2028'))
  fc.assert(fc.property(fc.array(hostile).map((parts) => parts.join('')), (query) => {
    const body: unknown = JSON.parse(fillTemplate('{"in": "<{{query}}>", "out": {{query}}, "\\"quoted\\"": 1}', query, 3))
    expect(body).toEqual({ in: `<${query}>`, out: query, '"quoted"': 1 })
  }))
})

it('half a surrogate pair becomes the replacement character, which every server reads', () => {
  expect(fillTemplate('{"q": {{query}}}', 'a\ud800b', 1)).toBe('{"q": "a\ufffdb"}')
})
