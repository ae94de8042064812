// The unroller writes loops out and refuses what it cannot.
import { expect, test } from 'vitest'
import { unroll } from './unroll.ts'

test('a block is written once per index with the name replaced', () => {
  expect(unroll('a\n//! for I in N\nlet q$I = x[$I];\n//! end\nb', { N: 3 })).toBe('a\nlet q0 = x[0];\nlet q1 = x[1];\nlet q2 = x[2];\nb')
})

test('a block of count 0 disappears', () => {
  expect(unroll('a\n//! for I in 0\nx\n//! end\nb', {})).toBe('a\nb')
})

test('unknown counts, nesting and unclosed blocks are refused by name', () => {
  expect(() => unroll('//! for I in M\n//! end', { N: 1 })).toThrow('count M of block I is no constant of this kernel; known are N')
  expect(() => unroll('//! for I in 2\n//! for J in 2\n//! end', {})).toThrow('block J opens inside block I')
  expect(() => unroll('//! for I in 2\nx', {})).toThrow('block I is not closed')
  expect(() => unroll('//! end', {})).toThrow('without an open block')
})
