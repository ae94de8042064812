// The embedding pass on a stand-in encoder: every row in its place, whatever was stored before, and a stop that loses little.
import { describe, expect, test } from 'vitest'
import type { Product } from '../../../src/domain/dataset.ts'
import type { DenseSpec } from '../../../src/domain/recommender.ts'
import { embedCatalogue, embedSorted, PART } from './catalogue.ts'
import { BATCH, type Encoder } from './encoder.ts'
import { productText } from './text.ts'

const SPEC: DenseSpec = { kind: 'dense', model: 'stand-in', pooling: 'mean', queryPrefix: 'query: ', productPrefix: 'passage: ' }
const products = Array.from({ length: 2 * PART + 77 }, (_, i): Product => ({ id: `p${i}`, title: 'x'.repeat(1 + (i * 7919) % 101), description: '', bullets: '', brand: `b${i}`, color: '' }))
const catalogue = { count: products.length, at: (positions: readonly number[]) => Promise.resolve(positions.map((position) => products[position]!)) }

/** Says of a text its length and its number. */
function standIn(): Encoder & { readonly batches: string[][] } {
  const batches: string[][] = []
  return {
    batches, device: 'wasm', width: 2, close: () => Promise.resolve(),
    embed: (texts) => {
      batches.push([...texts])
      return Promise.resolve(Float32Array.from(texts.flatMap((text) => [text.length, Number(/b(\d+)$/.exec(text)?.[1] ?? -1)])))
    },
  }
}

class MemoryRows {
  parts: Float32Array[] = []
  read(onRows: (rows: Float32Array) => void): number {
    this.parts.forEach(onRows)
    return this.parts.reduce((sum, part) => sum + part.length / 2, 0)
  }
  append(rows: Float32Array): void {
    this.parts.push(rows)
  }
}

async function pass(file: MemoryRows, options: { stopAt?: number } = {}) {
  const encoder = standIn()
  const matrix = new Float32Array(products.length * 2)
  const seen: number[] = []
  let batches = 0
  const work = embedCatalogue(catalogue, encoder, file, SPEC, {
    onRows: (first, rows) => matrix.set(rows, first * 2), onProgress: ({ done, total }) => { expect(total).toBe(products.length); seen.push(done) },
    check: () => { if (batches++ === options.stopAt) throw new Error('stopped') },
  })
  return { encoder, matrix, seen, work }
}

const whole = Float32Array.from(products.flatMap((product, i) => [`passage: ${productText(product)}`.length, i]))

describe('a pass', () => {
  test('puts every product’s row in its place and counts upwards to the end', async () => {
    const { matrix, seen, work } = await pass(new MemoryRows())
    expect(await work).toBe(products.length)
    expect(matrix).toEqual(whole)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect([seen[0], seen.at(-1)]).toEqual([0, products.length])
  })

  test('puts the prefix before every product, and like lengths together', async () => {
    const { encoder, work } = await pass(new MemoryRows())
    await work
    expect(encoder.batches.flat().every((text) => text.startsWith('passage: '))).toBe(true)
    const spans = encoder.batches.slice(0, 2 * PART / BATCH).map((batch) => Math.max(...batch.map(({ length }) => length)) - Math.min(...batch.map(({ length }) => length)))
    expect(Math.max(...spans)).toBeLessThan(20) // of 100
  })

  test('that is stopped goes on from its last whole part, and computes no row twice', async () => {
    const file = new MemoryRows()
    const first = await pass(file, { stopAt: 1 + 2 * PART / BATCH - 3 })
    await expect(first.work).rejects.toThrow('stopped')
    expect(file.parts.map(({ length }) => length / 2)).toEqual([PART])
    const second = await pass(file)
    expect(await second.work).toBe(products.length - PART)
    expect(second.matrix).toEqual(whole)
    expect(second.seen[0]).toBe(PART)
    const third = await pass(file)
    expect(await third.work).toBe(0)
    expect(third.matrix).toEqual(whole)
    expect(third.encoder.batches).toEqual([])
  })
})

test('texts come back in their own order, whatever order they were embedded in', async () => {
  const texts = Array.from({ length: 100 }, (_, i) => `${'y'.repeat((i * 37) % 53)} b${i}`)
  expect(await embedSorted(texts, standIn())).toEqual(Float32Array.from(texts.flatMap((text, i) => [text.length, i])))
  expect(await embedSorted([], standIn())).toEqual(new Float32Array(0))
})

test('a product’s text begins with what names it, and holds no empty lines', () => {
  expect(productText({ id: '1', title: 'Lamp', brand: 'Lux', color: '', bullets: 'bright\nsmall', description: 'A lamp.' })).toBe('Lamp\nLux\nbright\nsmall\nA lamp.')
})
