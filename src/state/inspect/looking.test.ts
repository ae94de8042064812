// Checks the sum of an explanation, and a model folder as a person chooses it.
import { expect, test } from 'vitest'
import { encoderFolder } from '../data/encoder.ts'
import { compareTerms, sumOf } from './looking.ts'

const term = (share: number) => ({ term: 't', queryCount: 1, field: 'title', count: 1, products: 1, share })

test('an explanation that adds up is told from one that does not', () => {
  expect(sumOf({ id: 'a', score: 6, sum: 3, factor: 2, terms: [term(1), term(2)] })).toEqual({ sum: 3, total: 6, equal: true })
  expect(sumOf({ id: 'a', score: 6.01, sum: 3, factor: 2, terms: [term(1), term(2)] }).equal).toBe(false)
  expect(sumOf({ id: 'a', score: Math.fround(0.1 + 0.2), sum: 0.3, factor: 1, terms: [term(0.1), term(0.2)] }).equal).toBe(true)
})

test('two explanations stand side by side by term and field, what differs most first, each as it counts in its own score', () => {
  const here = { id: 'a', score: 6, sum: 3, factor: 2, terms: [{ ...term(1), term: 'red' }, { ...term(2), term: 'mug' }] }
  const there = { id: 'a', score: 2, sum: 2, factor: 1, terms: [{ ...term(2), term: 'red' }] }
  expect(compareTerms(here, there)).toEqual([
    { term: 'mug', field: 'title', here: 4, there: undefined }, { term: 'red', field: 'title', here: 2, there: 2 },
  ])
})

test('a model folder is taken by paths within it, and what it lacks is named', () => {
  const inFolder = (path: string): File => Object.defineProperty(new File([''], path.split('/').at(-1)!), 'webkitRelativePath', { value: path })
  const { name, files } = encoderFolder(['mini/config.json', 'mini/tokenizer.json', 'mini/onnx/model.onnx'].map(inFolder))
  expect([name, Object.keys(files)]).toEqual(['mini', ['config.json', 'tokenizer.json', 'onnx/model.onnx']])
  expect(() => encoderFolder([inFolder('mini/config.json')])).toThrow('folder mini has no tokenizer.json, no onnx/model.onnx (1 files)')
})
