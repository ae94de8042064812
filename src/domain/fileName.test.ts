// Checks that whatever something is called, its file has a name that every system takes.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fileName } from './fileName.ts'

test('spaces, slashes and signs become dashes; letters of any script stay', () => {
  expect(fileName('../a b/c: "d"? v1.2', 'x')).toBe('a-b-c-d-v1.2')
  expect(fileName('قميص café 手机', 'x')).toBe('قميص-café-手机')
})

test('a name of nothing but signs is called something, and a long one is cut', () => {
  expect(fileName(' ?/… ', 'queries')).toBe('queries')
  expect(fileName('long '.repeat(40), 'x', 12)).toBe('long-long-lo')
})

test('no name begins as a hidden file, ends in a dot, leaves its folder or turns the reading direction', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('.', '/', '\\', '-', ' ', 'a', '😀', '\u202E', '\u0000', 'é') }), (text) => {
    expect(fileName(text, 'x')).toMatch(/^[aéx]([-.aé]*[aé])?$/u)
  }))
})
