import { describe, expect, test } from 'vitest'
import { flag, needed, number, readArguments, text, texts, tokenIds } from './arguments.ts'
import { BadInput } from './errors.ts'

test('a verb comes with its folder, its options and its flags', () => {
  const args = readArguments(['generate', 'models/a', '--tokens', '1, 22,3', '--max=7', '--greedy'])
  expect(args.verb).toBe('generate')
  expect(args.positionals).toEqual(['models/a'])
  expect(tokenIds(args, 'tokens')).toEqual([1, 22, 3])
  expect(number(args, 'max', 0, 1, 100, true)).toBe(7)
  expect(number(args, 'seed', 5, 0, 100, true)).toBe(5)
  expect(flag(args, 'greedy')).toBe(true)
})

test('--set, --products and --examples may be given many times', () => {
  const args = readArguments(['train', '--set', 'steps=2', '--set', 'seed=3', '--products', 'a', '--products', 'b', '--out', 'o'])
  expect(texts(args, 'set')).toEqual(['steps=2', 'seed=3'])
  expect(texts(args, 'products')).toEqual(['a', 'b'])
  expect(texts(args, 'examples')).toEqual([])
  expect(needed(args, 'out')).toBe('o')
  expect(text(args, 'policy')).toBeUndefined()
})

describe('a sentence refuses', () => {
  const refused = (words: readonly string[], read: (args: ReturnType<typeof readArguments>) => unknown = () => undefined) => {
    try {
      read(readArguments(words))
    } catch (error) {
      expect(error).toBeInstanceOf(BadInput)
      return (error as Error).message
    }
    throw new Error('nothing was refused')
  }

  test('no verb and an unknown verb, with the verbs there are', () => {
    expect(refused([])).toMatch(/^no verb; give one of check-policy, generate, tokenize, train/)
    expect(refused(['toString'])).toMatch(/^verb "toString" is unknown; give one of/)
  })

  test('an unknown option and a missing value, with the usage', () => {
    expect(refused(['train', '--speed', '3'])).toMatch(/^train: unknown option '--speed'.*usage: train /)
    expect(refused(['train', '--out'])).toMatch(/^train: option '--out <value>' argument missing; usage/)
  })

  test('too few and too many folders', () => {
    expect(refused(['tokenize'])).toMatch(/^tokenize: 0 positional arguments, expected 1/)
    expect(refused(['tokenize', 'a', 'b'])).toMatch(/^tokenize: 2 positional arguments, expected 1/)
  })

  test('a missing option by name', () => {
    expect(refused(['train'], (args) => needed(args, 'out'))).toMatch(/^train: --out is missing; usage/)
  })

  test.each(['', 'x', '1.5', '0', '101', '1e9', 'Infinity'])('%j where a whole number from 1 to 100 stands', (given) => {
    expect(refused(['generate', 'a', `--max=${given}`], (args) => number(args, 'max', 0, 1, 100, true))).toBe(`generate: --max is ${JSON.stringify(given)}; give a whole number from 1 to 100`)
  })

  test.each(['', '1,,2', '-1', '1.5', 'a', '1 2', '9999999999'])('%j where token ids stand', (given) => {
    expect(refused(['generate', 'a', `--tokens=${given}`], (args) => tokenIds(args, 'tokens'))).toMatch(/^generate: --tokens is /)
  })
})
