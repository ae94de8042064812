// Formulas over parts: what they compute, what is refused and how, and that nothing hostile gets through.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { settingsOf } from '../config.ts'
import { rewardParts } from '../reward.ts'
import { readFormula } from './expression.ts'
import { formulaFault } from './formula.ts'
import { output } from './testing.ts'

const NAMES = ['ndcg', 'recall', 'repetition', 'wrongLength'] as const
const parts = { ndcg: 0.5, recall: 0.25, repetition: 0.2, wrongLength: 1 }
const value = (text: string): number => readFormula(text, NAMES).value(parts)

describe('a formula', () => {
  test.each([
    ['ndcg', 0.5],
    ['1', 1],
    // 0.5 · 0.8
    ['ndcg * (1 - repetition)', 0.4],
    ['ndcg × (1 − repetition)', 0.4],
    // powers before products before sums, from the right: 2 ^ (3 ^ 0.5 · …)
    ['1 + 2 * 2 ^ 2', 9],
    ['2 ^ 3 ^ ndcg', 2 ** 3 ** 0.5],
    ['2 - 1 - 1', 0],
    ['8 / 2 / 2', 2],
    ['2 ^ -1', 0.5],
    ['-(ndcg ^ 2)', -0.25],
    ['(-ndcg) ^ 2', 0.25],
    ['- - ndcg', 0.5],
    ['ndcg > recall', 1], ['ndcg <= recall', 0], ['ndcg == 0.5', 1], ['ndcg != 0.5', 0], ['ndcg >= 0.5', 1], ['ndcg < 0.5', 0],
    // comparisons come last: (0.5 + 0.25) > 0.7
    ['ndcg + recall > 0.7', 1],
    ['min(ndcg, recall, 3)', 0.25], ['max(ndcg, recall)', 0.5], ['abs(-1.5)', 1.5], ['sqrt(recall)', 0.5], ['log(exp(1))', 1],
    ['2 * ndcg * recall / (ndcg + recall)', 1 / 3],
  ])('%s', (text, expected) => expect(value(text)).toBeCloseTo(expected, 12))

  // a step that has no finite value counts 0
  test.each([
    ['1 / 0', 0], ['0 / 0', 0], ['1 + 1 / 0', 1], ['log(0)', 0], ['log(-1)', 0], ['sqrt(-1)', 0], ['exp(1000)', 0], ['9 ^ 9 ^ 9', 0], ['(-1) ^ 0.5', 0], ['0 ^ -1', 0],
    // what is finite stops where a weight stops
    ['100', 10], ['-(10 ^ 300)', -10], ['exp(100) - exp(100)', 0],
  ])('%s is a finite number', (text, expected) => expect(value(text)).toBe(expected))

  test.each([
    ['ndgc', 'ndgc is no part; the parts are ndcg, recall, repetition, wrongLength, at character 1'],
    ['ndcg + expression', 'expression is no part; the parts are ndcg, recall, repetition, wrongLength, at character 8'],
    ['ndcg +', 'expected expression after +, at character 7; the parts are ndcg'],
    ['(ndcg', 'unclosed (, at character 6'],
    ['ndcg)', 'unexpected ")", at character 5'],
    ['ndcg recall', 'it falls into several; join them by + − * / ^ or a comparison'],
    ['ndcg, recall', 'it falls into several'],
    ['min(ndcg', 'expected ), at character 9'],
    ['-ndcg ^ 2', '−a ^ b can be read in two ways; write −(a ^ b) or (−a) ^ b, at character 7'],
    ['min()', 'min has 0 arguments; it takes 1 to 20, at character 1'],
    ['sqrt(1, 2)', 'sqrt has 2 arguments; it takes 1, at character 1'],
    ['1 + min', 'min is a function; write min(…), at character 5'],
    ['1e999', '1e999 is no finite number, at character 1'],
    ['ndcg & recall', '"&" does not belong in a formula, at character 6'],
    ['ndcg = 1', ', at character 6'],
  ])('refuses %j with the place and the remedy', (text, sentence) => {
    expect(() => readFormula(text, NAMES)).toThrow(/^give a formula: /)
    expect(() => readFormula(text, NAMES)).toThrow(sentence)
  })

  test.each([
    'ndcg.constructor', 'constructor', '__proto__', 'this', 'toString()', 'constructor.constructor("alert(1)")()', 'ndcg[0]', '[].map', 'alert(1)', 'min.call(1)', 'hasOwnProperty(1)',
    'ndcg = recall', 'a => a', '`${1}`', '"text"', 'ndcg; recall', 'new Date()', 'min(1)(2)', '(1, 2)', '!ndcg', '~1', 'ndcg ? 1 : 2', 'true', '()', '1 +', '\u0000', '\ud800', 'é', '1.2.3', '0x10', '1 // 2',
  ])('refuses the hostile %j', (text) => expect(() => readFormula(text, NAMES)).toThrow(/^give a formula: /))

  test('is refused when it is longer than 500 characters, however deep it nests, at once', () => {
    const start = performance.now()
    expect(() => readFormula('('.repeat(1_000_000), NAMES)).toThrow('it has 1000000 characters; 500 are the most')
    expect(value(`${'('.repeat(249)}1${')'.repeat(249)}`)).toBe(1)
    expect(value(`${'-'.repeat(498)}1`)).toBe(1)
    expect(value(`9${'^9'.repeat(249)}`)).toBe(10)
    expect(performance.now() - start).toBeLessThan(1000)
  })

  test('gives a finite number between −10 and 10, or is refused with a sentence, whatever is written', () => {
    const piece = fc.constantFrom('ndcg', 'recall', '1', '0', '9', '.', '1e9', '+', '-', '*', '/', '^', '(', ')', '<', '>', '=', '!', ',', ' ', 'min', 'sqrt', 'log', 'exp', '__proto__')
    fc.assert(fc.property(fc.oneof(fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join('')), fc.string({ unit: 'binary' })), fc.double(), (text, ndcg) => {
      let read
      try {
        read = readFormula(text, NAMES)
      } catch (error) {
        expect((error as Error).message).toMatch(/^give a formula: ./)
        return
      }
      const found = read.value({ ndcg })
      expect(found >= -10 && found <= 10, `${text} is ${found}`).toBe(true)
    }), { numRuns: 500 })
  })

  test('names the parts that it uses, and a part that is absent counts 0', () => {
    const formula = readFormula('ndcg * ndcg + recall', NAMES)
    expect(formula.names).toEqual(['ndcg', 'recall'])
    expect(formula.value({ ndcg: 0.5 })).toBe(0.25)
  })
})

describe('the setting', () => {
  test('is refused by its own name, with what is known', () => {
    expect(() => settingsOf('sample', { expression: 'ndgc * 2' })).toThrow(
      /^setting expression is "ndgc \* 2"; give a formula: ndgc is no part; the parts are ndcg, format, malformed, .*, business, at character 1, for example expression=ndcg \* \(1 - repetition\)$/)
    expect(formulaFault('')).toBeUndefined()
    expect(formulaFault('expression')).toContain('expression is no part')
  })

  test('has parts computed that no weight asks for, and weighs nothing where it is empty', () => {
    const settings = settingsOf('sample', { rewardExpression: 1, expression: 'mrr / 2' })
    expect(rewardParts(output({ ids: ['x', 'a'], relevant: ['a'] }), settings)).toMatchObject({ mrr: 0.5, expression: 0.25 })
    expect(rewardParts(output(), { ...settings, expression: '' })).toMatchObject({ expression: 0 })
    expect(rewardParts(output(), { ...settings, rewardExpression: 0 })).not.toHaveProperty('mrr')
  })
})
