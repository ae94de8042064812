// Checks the one-file figure: what it says of a comparison, and that no text of the data becomes markup.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Product } from '../../domain/dataset.ts'
import { buildFigure, productsOfFigure, type DiffedWord, type Figure } from './figure.ts'
import { escapeHtml, figureHtml } from './figureHtml.ts'
import type { Column, Inspection, Measures } from '../inspect/inspect.ts'

const HOSTILE = '<script>alert(1)</script>" onload=\'x\' &amp; \u202E قميص 👩🏽‍🔬 \uD800\u0000'
const measures = (value: number): Measures => ({ 'ndcg@10': value, 'ndcg@100': value / 2, 'recall@10': 0.5, 'recall@100': 1 })
const column = (over: Partial<Column>): Column => ({
  rewrite: 'red shirt', thought: undefined, output: undefined, fault: undefined, ids: ['a', 'b', 'c'], scores: [3, 2, 1], measures: measures(0.4), searched: ['red shirt'], boolean: undefined, unranked: undefined, ...over,
})
const INSPECTION: Inspection = {
  query: 'red shirt', task: undefined, judged: { id: 'q', text: 'red shirt', split: 'test', domain: HOSTILE, judgements: [{ productId: 'a', label: 'I' }, { productId: 'a', label: 'E' }, { productId: 'b', label: 'S' }, { productId: 'z', label: 'E' }] },
  columns: {
    original: column({}),
    current: column({ rewrite: `shirt ${HOSTILE}`, thought: HOSTILE, fault: '</think> is missing', ids: ['b', 'a', 'd'], measures: measures(0.6) }),
    elsewhere: column({ rewrite: undefined, ids: ['a'], measures: undefined }),
    failed: column({ ids: [], scores: [], unranked: `HTTP 500 ${HOSTILE}`, measures: undefined }),
  },
  absent: { gone: 'this run is not kept any more' },
}
const product = (id: string, title: string): Product => ({ id, title, description: '', bullets: '', brand: id === 'b' ? HOSTILE : '', color: '' })
const products = new Map<string, Product | null>([['a', product('a', HOSTILE)], ['b', product('b', 'plain')], ['c', product('c', '')], ['d', null]])
const diff = (_: string, to: string): DiffedWord[] => to.split(' ').map((word) => ({ word, change: word === 'shirt' ? 'kept' : 'added' }))
const columns = ['original', 'current', 'elsewhere', 'failed', 'gone'].map((id) => ({ id, title: `Column ${id}`, note: id === 'current' ? HOSTILE : '' }))
const figure = buildFigure({ inspection: INSPECTION, columns, k: 10, listed: 2, products, diff, base: 'red shirt', caption: [['Data', HOSTILE], ['Seed', '1']] })

describe('a figure', () => {
  test('has the columns left to right, their products with labels, and moves against the column at the left', () => {
    expect(figure.columns.map(({ title }) => title)).toEqual(['Column original', 'Column current', 'Column elsewhere', 'Column failed', 'Column gone'])
    const [original, current] = figure.columns
    expect(original!.products.map(({ id, label, was }) => [id, label, was])).toEqual([['a', 'E', undefined], ['b', 'S', undefined]])
    expect(current!.products.map(({ id, rank, was }) => [id, rank, was])).toEqual([['b', 1, 2], ['a', 2, 1]])
    expect(figure.columns[2]!.products[0]).toMatchObject({ id: 'a', was: 2 })
  })

  test('says NDCG and recall at the K that is looked at, and the difference to the left where both are known', () => {
    expect(figure.columns.map(({ ndcg, recall }) => [ndcg, recall])).toEqual([[0.4, 0.5], [0.6, 0.5], [undefined, undefined], [undefined, undefined], [undefined, undefined]])
    expect(figure.columns[1]!.gain).toBeCloseTo(0.2, 12)
    expect([figure.columns[0]!.gain, figure.columns[2]!.gain]).toEqual([undefined, undefined])
  })

  test('says where each relevant product landed, one that was judged twice by its better label', () => {
    expect(figure.relevant.map(({ id, ranks }) => [id, ranks])).toEqual([['a', [1, 2, 1, undefined, undefined]], ['z', [undefined, undefined, undefined, undefined, undefined]]])
  })

  test('calls a product by its id where it has no title, and a column by its reason where it has nothing', () => {
    expect(buildFigure({ inspection: INSPECTION, columns, k: 10, listed: 3, products, diff, base: undefined, caption: [] }).columns[0]!.products[2]!.title).toBe('c')
    expect(figure.columns[3]!.absent).toContain('no ranking: HTTP 500')
    expect(figure.columns[4]!.absent).toBe('this run is not kept any more')
    // where a product landed is said of the columns that ranked, and of no other
    expect(figureHtml(figure)).toContain('<span class="ranks">1 → 2 → 1</span>')
  })

  test('needs the titles of what it lists and of the relevant products', () => {
    expect(productsOfFigure(INSPECTION, 2)).toEqual(['a', 'b', 'z'])
  })
})

/** The tags of a document in which every text is escaped: with none of the data's own. */
const tagsOf = (html: string): string[] => [...html.matchAll(/<\/?([a-z!][a-z0-9-]*)/gi)].map(([, name]) => name!.toLowerCase())

describe('its file', () => {
  const html = figureHtml(figure)

  test('is made of a few known tags whatever the data say: no script, no picture, no address', () => {
    const known = new Set(['!doctype', 'html', 'head', 'meta', 'title', 'style', 'body', 'main', 'figure', 'figcaption', 'h1', 'h2', 'p', 'div', 'section', 'ol', 'ul', 'li', 'span', 'b', 'bdi', 'small', 'abbr', 'ins', 'del', 'u', 'i', 'blockquote', 'dl', 'dt', 'dd'])
    expect(tagsOf(html).filter((name) => !known.has(name))).toEqual([])
    expect(html).not.toMatch(/\b(?:src|href|srcset|action|on\w+)\s*=\s*["']/i)
    expect(html).not.toMatch(/url\(|@import|https?:/)
  })

  test('has the same tags as that of a figure without hostile texts', () => {
    const tame = JSON.parse(JSON.stringify(figure).replaceAll(JSON.stringify(HOSTILE).slice(1, -1), 'tame')) as Figure
    // hostile words are several, tame ones are one: words stand in <ins>, one a word
    const plain = (one: string): string[] => tagsOf(one.replaceAll(/ ?<ins>.*?<\/ins>/gs, ''))
    expect(plain(html)).toEqual(plain(figureHtml(tame)))
  })

  test('forbids whatever it might hold to run or to fetch, and is light, dark and fit to print', () => {
    expect(html).toContain('content="default-src \'none\'; style-src \'unsafe-inline\'; base-uri \'none\'; form-action \'none\'"')
    for (const media of ['prefers-color-scheme:dark', '@media print']) expect(html).toContain(media)
  })

  test('keeps every text of the data in its own direction', () => {
    const outside = html.slice(html.indexOf('<body>')).replaceAll(/<bdi>.*?<\/bdi>/gs, '')
    expect(outside).not.toMatch(/[\u202E\u0600-\u06FF]/)
  })
})

test('escaped text holds nothing that means something in HTML, and no half character', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('<', '>', '&', '"', '\'', ';', 'a', '\uD800', '\uDC00', '\u0000', '\uFFFE', '😀', '\n') }), (text) => {
    const escaped = escapeHtml(text)
    expect(escaped).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/)
    expect(escaped).not.toMatch(/\p{Surrogate}/u)
  }))
  expect(escapeHtml('\uD800\u0000a\n')).toBe('\uFFFD\uFFFDa\n')
})
