// Which products a Boolean query lets through: its tree as terms of the index, and a segment's products as bits.
import { type BooleanQuery, parseBoolean, scoringTexts } from '../../src/domain/boolean.ts'
import { analyzerOf } from '../../src/domain/analysis/analyzers.ts'
import { knownTerms } from './bag.ts'
import { type CompiledIndex, FIELD_COUNT } from './compiled.ts'
import { find } from './dictionary.ts'
import { positionsOf } from './positions.ts'
import { lowerBound, placeOf, type Segment, SEGMENT_PRODUCTS } from './segment.ts'

type Node = Leaf | Group

/** Terms that stand side by side in one field; a term that no product has is -1. */
interface Leaf {
  readonly kind: 'leaf'
  readonly terms: readonly number[]
}

interface Group {
  readonly kind: 'group'
  readonly must: readonly Node[]
  readonly should: readonly Node[]
  readonly not: readonly Node[]
}

/** A Boolean query over one index: what it asks of a product, and the terms that score. */
export interface BooleanPlan {
  readonly terms: readonly number[]
  /** undefined lets every product through */
  readonly filter: Node | undefined
}

/**
 * Words and phrases become the analyzer's terms: several (wi-fi) must stand side by side, and none (a stop word) asks for nothing. Places
 * are counted among the terms that the analyzer keeps, so "bag for men" also finds bag men.
 */
export function planBoolean(index: CompiledIndex, text: string): BooleanPlan {
  const { query } = parseBoolean(text)
  if (query === undefined) return { terms: [], filter: undefined }
  return { terms: scoringTexts(query).flatMap((part) => knownTerms(index, part)), filter: compile(index, query) }
}

function compile(index: CompiledIndex, query: BooleanQuery): Node | undefined {
  if (query.kind !== 'group') {
    const terms: number[] = []
    analyzerOf(index.analyzer)(query.text, (chars, length) => terms.push(find(index.dictionary, chars, length)))
    return terms.length === 0 ? undefined : { kind: 'leaf', terms }
  }
  const parts = (nodes: readonly BooleanQuery[]): Node[] => nodes.flatMap((node) => compile(index, node) ?? [])
  const [must, should, not] = [parts(query.must), parts(query.should), parts(query.not)]
  return must.length + should.length + not.length === 0 ? undefined : { kind: 'group', must, should, not }
}

const WORDS = SEGMENT_PRODUCTS / 32

/** The segment's products that `filter` lets through, a bit each. `searched[field]` is 1 where a field counts. */
export function allowed(filter: Node, segment: Segment, searched: Uint8Array): Uint32Array {
  const bits = new Uint32Array(WORDS)
  addMatches(filter, segment, searched, bits)
  return bits
}

export function isAllowed(bits: Uint32Array, product: number): boolean {
  return (bits[product >>> 5]! >>> (product & 31) & 1) === 1
}

/** Sets the bits of what matches; others stay as they are. */
function addMatches(node: Node, segment: Segment, searched: Uint8Array, bits: Uint32Array): void {
  if (node.kind === 'leaf') return addLeaf(node, segment, searched, bits)
  const own = new Uint32Array(WORDS)
  const [first, ...others] = node.must
  if (first !== undefined) addMatches(first, segment, searched, own)
  else if (node.should.length > 0) for (const part of node.should) addMatches(part, segment, searched, own)
  else own.fill(0xffffffff)
  for (const part of others) {
    const needed = allowed(part, segment, searched)
    for (let at = 0; at < WORDS; at++) own[at]! &= needed[at]!
  }
  if (node.not.length > 0) {
    const banned = new Uint32Array(WORDS)
    for (const part of node.not) addMatches(part, segment, searched, banned)
    for (let at = 0; at < WORDS; at++) own[at]! &= ~banned[at]!
  }
  for (let at = 0; at < WORDS; at++) bits[at]! |= own[at]!
}

function addLeaf({ terms }: Leaf, segment: Segment, searched: Uint8Array, bits: Uint32Array): void {
  const lists = terms.map((term) => {
    const place = term < 0 ? -1 : placeOf(segment.terms, term)
    return place < 0 ? undefined : { from: segment.starts[place]!, to: segment.starts[place + 1]! }
  })
  const whole = lists.filter((list) => list !== undefined)
  if (whole.length < lists.length) return
  const rarest = whole.reduce((best, list) => (list.to - list.from < best.to - best.from ? list : best))
  for (let at = rarest.from; at < rarest.to; at++) {
    const field = segment.codes[at]! >> 5
    const product = segment.products[at]!
    if (searched[field] === 0) continue
    if (whole.length > 1) {
      const postings = whole.map(({ from, to }) => postingOf(segment, from, to, product, field))
      if (!sideBySide(segment, postings)) continue
    }
    bits[product >>> 5]! |= 1 << (product & 31)
  }
}

/** The posting of `product` and `field` among `from` to `to`, or -1. */
function postingOf({ products, codes }: Segment, from: number, to: number, product: number, field: number): number {
  const start = lowerBound(products, from, to, product)
  for (let at = start; at < Math.min(to, start + FIELD_COUNT) && products[at] === product; at++) if (codes[at]! >> 5 === field) return at
  return -1
}

/** Whether the postings' words, all of one field, stand one after another somewhere in it. */
function sideBySide({ positions }: Segment, postings: readonly number[]): boolean {
  if (positions === undefined) throw new Error('lexical index: places of words were not indexed; index the catalogue anew for Boolean queries')
  if (postings.includes(-1)) return false
  const places = postings.map((posting) => positionsOf(positions, posting))
  let starts = places[0]!
  for (const [distance, list] of places.entries()) {
    if (distance === 0) continue
    const known = new Set(list)
    starts = starts.filter((start) => known.has(start + distance))
  }
  return starts.length > 0
}
