// Python literals become the values that Python itself reads; what is no literal is never run.
import { describe, expect, it } from 'vitest'
import { parsePython } from './python.ts'

describe('a Python literal', () => {
  it.each([
    [
      String.raw`{'asin': 'B01', 'title': "Dr. Scholl's", 'categories': [['Beauty', 'Hair']], 'price': 4.99}`,
      { asin: 'B01', title: "Dr. Scholl's", categories: [['Beauty', 'Hair']], price: 4.99 },
    ],
    [String.raw`'it\'s \\ \n \x41 é \U0001f9f4 \101 \q'`, "it's \\ \n A é 🧴 A \\q"],
    [String.raw`"\ud83e\uddf4"`, '🧴'],
    [`u'a' b"b" r'\\n' """c "d" e""" 'f' "g"`, 'ab\\nc "d" efg'],
    ['[True, False, None, true, false, null]', [true, false, null, true, false, null]],
    ['[1, -2, 3L, 4.5, .5, 1e3, -1.5E-2, 1_000]', [1, -2, 3, 4.5, 0.5, 1000, -0.015, 1000]],
    ['9007199254740993', 9007199254740993n],
    ['[(), (1,), (1), (1, 2), ((1,), 2)]', [[], [1], 1, [1, 2], [[1], 2]]],
    ["({'a': {1, 2}, 3: {}})", { a: [1, 2], 3: {} }],
    ['[nan, inf, -inf]', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ["  {'a' : 1 , }  ", { a: 1 }],
  ])('%s is read', (text, value) => {
    expect(parsePython(text)).toEqual(value)
  })

  it('called __proto__ is a field like any other', () => {
    expect(Object.entries(parsePython("{'__proto__': {'x': 1}}") as object)).toEqual([['__proto__', { x: 1 }]])
  })

  it.each([
    ["{'a': 1", 'the line ends too early at character 8'],
    ["{'a': 'b}", 'a string is never closed at character 7'],
    ["{'a': __import__('os')}", '__import__ is no literal at character 7'],
    ["{'a': 1} + 1", 'the literal ends here but the line goes on at character 10'],
    ['[1 2]', 'a comma or ] is missing at character 4'],
    ['[1+2j]', 'a comma or ] is missing at character 3'],
    [String.raw`'\x4'`, String.raw`the escape \x4' names no character at character 4`],
    ['@', '"@" begins no literal at character 1'],
  ])('%s is refused: %s', (text, reason) => {
    expect(() => parsePython(text)).toThrow(reason)
  })

  it('nested a hundred thousand deep is refused, not overflowed', () => {
    for (const open of ['[', '(', "{'a': ", '{1: (']) expect(() => parsePython(open.repeat(100_000))).toThrow('it is nested too deeply')
  })

  it('of twenty million letters, all of them escapes or quotes, is read in a moment', () => {
    const started = performance.now()
    for (const piece of [String.raw`\'`, String.raw`\n`, "' '"]) parsePython(`'${piece.repeat(2_000_000)}'`)
    expect(performance.now() - started).toBeLessThan(8000)
  })
})
