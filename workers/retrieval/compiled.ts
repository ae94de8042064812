// The compiled index as plain data, and how a catalogue becomes it: one pass, a segment of products at a time.
import { analyzerOf } from '../../src/domain/analysis/analyzers.ts'
import { type AnalyzerName, FIELDS } from '../../src/domain/recommender.ts'
import type { CatalogueReader } from '../store/catalogue.ts'
import { type Dictionary, DictionaryBuilder, type Texts, TextsBuilder } from './dictionary.ts'
import { settled, withRoom } from './memory.ts'
import { type Segment, SEGMENT_PRODUCTS, SegmentBuilder } from './segment.ts'

export const FIELD_COUNT = FIELDS.length

/** Everything that ranking needs, in typed arrays that workers can share. Field f of product p stands at p × FIELD_COUNT + f. */
export interface CompiledIndex {
  readonly analyzer: AnalyzerName
  readonly products: number
  readonly ids: Texts
  readonly dictionary: Dictionary
  /** how many terms each field has, repetitions counted */
  readonly lengths: Uint16Array | Uint32Array
  /** how many distinct ones */
  readonly distinct: Uint16Array | Uint32Array
  readonly segments: readonly Segment[]
}

export interface BuildOptions {
  /** receives the share of products indexed, 0 to 1 */
  readonly onProgress?: ((share: number) => void) | undefined
  /** ends the build with its reason */
  readonly signal?: AbortSignal | undefined
}

const CHUNK = 512

/** The one kind of white space that joins words (annex 29 has it for numbers): in products it separates them, as every other kind does. */
const NARROW_SPACE = '\u202f'

function spaced(text: string): string {
  return text.includes(NARROW_SPACE) ? text.replaceAll(NARROW_SPACE, ' ') : text
}

const narrowest = (numbers: Uint32Array, length: number): Uint16Array | Uint32Array => {
  const used = numbers.subarray(0, length)
  return used.every((number) => number < 0x10000) ? settled(Uint16Array.from(used), length) : settled(used, length)
}

/** Indexes a catalogue; `positions` keeps where words stand, for phrases. Memory beyond the index itself is that of one segment. */
export async function compileCatalogue(
  reader: CatalogueReader, analyzer: AnalyzerName, positions: boolean, { onProgress, signal }: BuildOptions,
): Promise<CompiledIndex> {
  const eachTerm = analyzerOf(analyzer)
  const dictionary = new DictionaryBuilder()
  const ids = new TextsBuilder()
  const segments: Segment[] = []
  let lengths = new Uint32Array(1 << 10)
  let distinct = new Uint32Array(1 << 10)
  let segment = new SegmentBuilder(0, positions)
  let length = 0
  const note = (chars: Uint16Array, units: number): void => {
    length++
    segment.add(dictionary.intern(chars, units))
  }
  for await (const products of reader.chunks(CHUNK)) {
    signal?.throwIfAborted()
    for (const product of products) {
      if (segment.size === SEGMENT_PRODUCTS) {
        segments.push(segment.finish())
        segment = new SegmentBuilder(ids.count, positions)
      }
      const place = ids.count * FIELD_COUNT
      lengths = withRoom(lengths, place + FIELD_COUNT)
      distinct = withRoom(distinct, place + FIELD_COUNT)
      ids.add(product.id)
      segment.beginProduct()
      for (let field = 0; field < FIELD_COUNT; field++) {
        length = 0
        segment.beginField(field)
        eachTerm(spaced(product[FIELDS[field]!]), note)
        distinct[place + field] = segment.endField()
        lengths[place + field] = length
      }
    }
    onProgress?.(Math.min(1, ids.count / Math.max(1, reader.count)))
  }
  segments.push(segment.finish())
  onProgress?.(1)
  return {
    analyzer, products: ids.count, ids: ids.finish(), dictionary: dictionary.finish(), segments,
    lengths: narrowest(lengths, ids.count * FIELD_COUNT), distinct: narrowest(distinct, ids.count * FIELD_COUNT),
  }
}

/** Bytes of every typed array in it. */
export function bytesOf(data: unknown): number {
  if (ArrayBuffer.isView(data)) return data.byteLength
  return typeof data === 'object' && data !== null ? Object.values(data).reduce<number>((sum, part) => sum + bytesOf(part), 0) : 0
}

