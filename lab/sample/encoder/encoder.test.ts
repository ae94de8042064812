// The embedded encoder: its bytes come from its command, its gradients are right, and it knows nothing of a test query.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Stream } from '../../../src/domain/random.ts'
import { makeShop, SHOP_SEED } from '../shop.ts'
import { Adam } from './adam.ts'
import { encoderFiles } from './files.ts'
import { onnxModel } from '../../../workers/export/onnx.ts'
import { blocks, constantsOf, fieldsOf, text, wholes } from '../../../workers/export/onnx.testing.ts'
import { contrast, embed, trainEncoder, TRAINING } from './train.ts'
import { encodeWith, MOST_TOKENS, vocabularyOf } from './wordpiece.ts'

const shop = makeShop(SHOP_SEED)
const training = shop.queries.filter(({ split }) => split === 'train')
const shipped = (path: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(new URL(`../../../public/sample/encoder/${path}`, import.meta.url)))

describe('the shipped encoder', () => {
  test('is what its command gives: the same tokens and configuration to the byte, the same weights but for the last digits of other machines', () => {
    const files = encoderFiles(trainEncoder(shop.products, training))
    for (const path of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) expect(text(shipped(path))).toBe(text(files[path]))
    const [made, stored] = [constantsOf(files['onnx/model.onnx']!), constantsOf(shipped('onnx/model.onnx'))]
    expect([...stored.keys()]).toEqual([...made.keys()])
    for (const [name, { dims, data }] of made) {
      expect(stored.get(name)!.dims).toEqual(dims)
      const [ours, theirs] = [Array.from(data, Number), Array.from(stored.get(name)!.data, Number)]
      const difference = Math.hypot(...ours.map((value, i) => value - theirs[i]!).slice(0, 1e5))
      expect(difference, name).toBeLessThanOrEqual(1e-3 * Math.hypot(...ours.slice(0, 1e5)))
    }
    expect(shipped('onnx/model.onnx').length).toBe(files['onnx/model.onnx']!.length)
  })

  test('is small: less than 2 MB in all', () => {
    const paths = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx']
    expect(paths.reduce((sum, path) => sum + shipped(path).length, 0)).toBeLessThan(2e6)
  })
})

describe('training', () => {
  const brief = { ...TRAINING, steps: 3, pairs: 16 }

  test('sees no test query, and gives the same numbers again', () => {
    const withAll = trainEncoder(shop.products, shop.queries, brief)
    expect(withAll).toEqual(trainEncoder(shop.products, training, brief))
    expect(withAll.tokens).not.toEqual(trainEncoder(shop.products, training, { ...brief, seed: 2 }).tokens)
  })

  test('lowers its loss', () => {
    const losses: number[] = []
    trainEncoder(shop.products, training, { ...brief, steps: 40 }, (loss) => losses.push(loss))
    expect(losses.slice(-5).reduce((sum, loss) => sum + loss / 5, 0)).toBeLessThan(0.6 * losses[0]!)
  })

  test('has gradients that finite differences confirm', () => {
    const random = new Stream(1, 'encoder gradient')
    const model = { width: 5, tokens: Float64Array.from({ length: 9 * 5 }, () => random.normal()), places: Float64Array.from({ length: 4 }, () => random.normal()) }
    const ids = (count: number): number[] => Array.from({ length: count }, () => random.integer(9))
    const catalogue = [ids(3), ids(6), ids(5), ids(2)]
    const batch = [0, 1, 2, 2].map((product, i) => ({ query: ids(1 + i), product, relevant: new Set(i === 0 ? [0, 3] : [product]) }))
    const loss = (): number => contrast(model, batch, catalogue, 0.3, { tokens: new Float64Array(45), places: new Float64Array(4) })
    const gradients = { tokens: new Float64Array(45), places: new Float64Array(4) }
    contrast(model, batch, catalogue, 0.3, gradients)
    for (const name of ['tokens', 'places'] as const) {
      for (const i of gradients[name].keys()) {
        const kept = model[name][i]!
        model[name][i] = kept + 1e-6
        const above = loss()
        model[name][i] = kept - 1e-6
        const below = loss()
        model[name][i] = kept
        expect(gradients[name][i]).toBeCloseTo((above - below) / 2e-6, 6)
      }
    }
  })

  test('does not punish a query for another product that it may rightly find', () => {
    const model = { width: 2, tokens: Float64Array.of(1, 0, 0, 1, 1, 0), places: Float64Array.of(1) }
    const loss = (relevant: readonly number[]): number => contrast(
      model, [{ query: [0], product: 0, relevant: new Set(relevant) }, { query: [1], product: 1, relevant: new Set([1]) }], [[0], [2]], 1, { tokens: new Float64Array(6), places: new Float64Array(1) })
    expect(loss([0, 1])).toBeLessThan(loss([0]))
  })
})

test('Adam’s first step is its rate, whatever the gradient’s size; then it remembers', () => {
  const parameters = Float64Array.of(1, 1, 1)
  const adam = new Adam(parameters)
  adam.step(Float64Array.of(1e-3, -1e3, 0), 0.1)
  expect([...parameters]).toEqual([expect.closeTo(0.9, 5), expect.closeTo(1.1, 5), 1])
  adam.step(Float64Array.of(0, 0, 0), 0.1)
  expect(parameters[0]).toBeLessThan(0.9)
})

describe('the tokenizer', () => {
  const vocabulary = vocabularyOf(['Desk lamp, 100 pack', 'swivel seat'])
  const tokens = (query: string): string[] => encodeWith(vocabulary)(query).map((id) => vocabulary[id]!)

  test('knows every word of its texts whole, whatever its case and the marks beside it', () => {
    expect(tokens('DESK lamp, 100 Pack')).toEqual(['[CLS]', 'desk', 'lamp', ',', '100', 'pack', '[SEP]'])
  })

  test('takes a misspelt word apart at a beginning that it knows', () => {
    expect(tokens('swvel')).toEqual(['[CLS]', 's', '##w', '##vel', '[SEP]'])
    expect(tokens('swivle')).toEqual(['[CLS]', 'swiv', '##l', '##e', '[SEP]'])
  })

  test('cuts a long text and keeps its ends', () => {
    const ids = tokens('lamp '.repeat(1000))
    expect(ids).toHaveLength(MOST_TOKENS)
    expect([ids[0], ids.at(-2), ids.at(-1)]).toEqual(['[CLS]', 'lamp', '[SEP]'])
  })
})

test('a text in which nothing is known has no direction, and places beyond the last weigh as the last', () => {
  const model = { width: 2, tokens: Float64Array.of(0, 0, 3, 4), places: Float64Array.of(1, 0.5) }
  expect(embed(model, [0, 0])).toEqual({ vector: Float64Array.of(0, 0), length: 0 })
  expect(embed(model, [0, 1])).toEqual({ vector: Float64Array.of(0.6, 0.8), length: 2.5 })
  expect(embed(model, [0, 0, 0, 1]).length).toBe(2.5)
})

test('an ONNX file holds its version, its graph’s nodes with their attributes, and its values’ shapes', () => {
  const model = fieldsOf(onnxModel({
    name: 'g', nodes: [{ op: 'Gather', inputs: ['a', 'b'], outputs: ['c'], attributes: { axis: 300 } }],
    constants: [{ name: 'a', dims: [2, 1], data: Float32Array.of(1.5, -2) }],
    inputs: [{ name: 'b', type: 'int64', shape: ['n', 3] }], outputs: [{ name: 'c', type: 'float', shape: [] }],
  }))
  expect(wholes(model, 1)).toEqual([8])
  expect(wholes(fieldsOf(blocks(model, 8)[0]!), 2)).toEqual([17])
  const graph = fieldsOf(blocks(model, 7)[0]!)
  const node = fieldsOf(blocks(graph, 1)[0]!)
  expect([blocks(node, 1).map(text), blocks(node, 2).map(text), blocks(node, 4).map(text)]).toEqual([['a', 'b'], ['c'], ['Gather']])
  const attribute = fieldsOf(blocks(node, 5)[0]!)
  expect([text(blocks(attribute, 1)[0]), wholes(attribute, 3), wholes(attribute, 20)]).toEqual(['axis', [300], [2]])
  const input = fieldsOf(blocks(fieldsOf(blocks(fieldsOf(blocks(graph, 11)[0]!), 2)[0]!), 1)[0]!)
  expect(wholes(input, 1)).toEqual([7])
  const sides = blocks(fieldsOf(blocks(input, 2)[0]!), 1).map(fieldsOf)
  expect([text(blocks(sides[0]!, 2)[0]), wholes(sides[1]!, 1)]).toEqual(['n', [3]])
})
