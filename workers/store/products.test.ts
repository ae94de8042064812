// Checks that a stored catalogue gives back what was put in, byte for byte, whatever the text, and says so when it cannot.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Product } from '../../src/domain/dataset.ts'
import { BLOCK_BYTES } from './blocks.ts'
import { MemoryFolder } from './folder.ts'
import { IdLookup } from './lookup.ts'
import { CATALOGUE_FILES, type CatalogueRecord, FileCatalogueReader, FileCatalogueWriter } from './products.ts'
import { decodeRecord, RecordEncoder } from './record.ts'

const product = (id: string, over: Partial<Product> = {}): Product => (
  { id, title: `title of ${id}`, description: '', bullets: '', brand: '', color: '', ...over })

interface Stored {
  readonly folder: MemoryFolder
  readonly record: CatalogueRecord
  readonly reader: FileCatalogueReader
}

async function stored(products: readonly Product[], folder = new MemoryFolder()): Promise<Stored> {
  const writer = await FileCatalogueWriter.create(folder)
  for (const one of products) writer.add(one)
  const record = await writer.finish()
  return { folder, record, reader: await FileCatalogueReader.open(folder, record) }
}

async function all(reader: FileCatalogueReader, size: number): Promise<Product[]> {
  const found: Product[] = []
  for await (const chunk of reader.chunks(size)) found.push(...chunk)
  return found
}

const anyText = fc.string({ unit: 'binary', maxLength: 60 })
const tags = fc.array(anyText, { maxLength: 4 })
const numbers = fc.dictionary(anyText, fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)), { maxKeys: 4, noNullPrototype: true })
const anyProduct = fc.record(
  { id: anyText, title: anyText, description: anyText, bullets: anyText, brand: anyText, color: anyText, category: anyText, image: anyText, tags, numbers },
  { requiredKeys: ['id', 'title', 'description', 'bullets', 'brand', 'color'] },
)

test('any text comes back as it was: of any script, with NUL, line feeds, a byte order mark or nothing in it', () => {
  const encoder = new RecordEncoder()
  fc.assert(fc.property(anyProduct, (one) => { expect(decodeRecord(encoder.encode(one))).toEqual(one) }))
  const odd = product('\uFEFFid', { title: '\uFEFF', description: 'a\u0000b\r\n\u2028', brand: '\u{1F372}', category: '' })
  expect(decodeRecord(encoder.encode(odd))).toEqual(odd)
})

test('a record of before there were pictures is read as it was written', () => {
  // id "x", title "ab", no other text
  expect(decodeRecord(new Uint8Array([1, 2, 0, 0, 0, 0, 0, 0x78, 0x61, 0x62]))).toEqual(product('x', { title: 'ab' }))
  const pictured = product('x', { category: 'Mugs', image: 'https://images.example/x.jpg' })
  expect(decodeRecord(new RecordEncoder().encode(pictured))).toEqual(pictured)
})

test('numbers and tags come back beside a picture or without one, and a product without them takes not a byte more', () => {
  const encoder = new RecordEncoder()
  const plain = product('x'.repeat(128), { category: 'Mugs' })
  const bytes = encoder.encode(plain).length
  for (const facts of [{ numbers: { price: 12.5, stock: 0 } }, { tags: ['tea', 'a, b'] }, { numbers: { price: 1 }, tags: ['tea'] }]) {
    for (const image of [{}, { image: 'https://images.example/x.jpg' }]) {
      expect(decodeRecord(encoder.encode({ ...plain, ...image, ...facts }))).toEqual({ ...plain, ...image, ...facts })
    }
  }
  expect(encoder.encode(plain)).toHaveLength(bytes)
})

test('half of a surrogate pair becomes the replacement character and disturbs nothing after it', () => {
  const halved = product('x', { title: 'a\uD83Cb', color: 'red' })
  expect(decodeRecord(new RecordEncoder().encode(halved))).toMatchObject({ title: 'a\uFFFDb', color: 'red' })
})

test('a text longer than every buffer comes back whole', () => {
  const long = product('x', { description: '鍋'.repeat(200_000), color: 'red' })
  expect(decodeRecord(new RecordEncoder().encode(long))).toEqual(long)
})

test.each([1, 7, 100, 5000])('chunks of %i hold every product once, in catalogue order', async (size) => {
  const products = Array.from({ length: 1003 }, (_, at) => product(`p${at}`, { description: 'words '.repeat(at % 400) }))
  const { reader } = await stored(products)
  expect(reader.count).toBe(1003)
  expect(await all(reader, size)).toEqual(products)
  expect(await reader.ids()).toEqual(products.map(({ id }) => id))
  expect(await reader.at([1002, 0, 500, 0])).toEqual([products[1002], products[0], products[500], products[0]])
})

test('records that lie across blocks come back whole', async () => {
  const products = Array.from({ length: 40 }, (_, at) => product(`p${at}`, { description: String.fromCharCode(97 + at % 26).repeat(100_000 + at) }))
  const { reader, record } = await stored(products)
  expect(record.products.blocks.length).toBeGreaterThan(3)
  expect(await all(reader, 40)).toEqual(products)
})

test('an empty catalogue has no chunks and no ids', async () => {
  const { reader } = await stored([])
  expect([await all(reader, 10), await reader.ids()]).toEqual([[], []])
})

test('a product that is not there is refused by its number', async () => {
  const { reader } = await stored([product('a')])
  await expect(reader.at([1])).rejects.toThrow('there is no product 1 among 1')
  await expect(reader.at([-1])).rejects.toThrow('there is no product -1 among 1')
})

test('an id with a line break is refused: ids are one line each', async () => {
  const writer = await FileCatalogueWriter.create(new MemoryFolder())
  expect(() => writer.add(product('a\nb'))).toThrow('product id "a\\nb" holds a line break; an id must be one line')
})

test('a full disk is an error at the product that no longer fits', async () => {
  const writer = await FileCatalogueWriter.create(new MemoryFolder(2 * BLOCK_BYTES))
  const add = (): void => { for (let at = 0; at < 5000; at++) writer.add(product(`p${at}`, { description: 'x'.repeat(1000) })) }
  expect(add).toThrow(expect.objectContaining({ name: 'QuotaExceededError' }) as Error)
})

test.each(CATALOGUE_FILES)('one changed bit in the file %s is found before its block is used, and the file is named', async (name) => {
  const { folder, record } = await stored(Array.from({ length: 3000 }, (_, at) => product(`p${at}`, { description: 'y'.repeat(900) })))
  const part = folder.files.get(name)!.at(-1)!
  part[Math.floor(part.length / 2)]! ^= 4
  const reader = await FileCatalogueReader.open(folder, record)
  const use = name === 'ids' ? reader.ids() : all(reader, 500)
  await expect(use).rejects.toThrow(new RegExp(`its file ${name} was changed between bytes \\d+ and \\d+`))
})

test.each(CATALOGUE_FILES)('a file %s that is missing or was cut off is refused at once', async (name) => {
  const { folder, record } = await stored([product('a'), product('b')])
  const parts = folder.files.get(name)!
  folder.files.set(name, [parts[0]!.subarray(0, 3)])
  await expect(FileCatalogueReader.open(folder, record)).rejects.toThrow(`its file ${name} has 3 bytes instead of ${record[name].bytes}`)
  folder.files.delete(name)
  await expect(FileCatalogueReader.open(folder, record)).rejects.toThrow(`its file ${name} is missing`)
})

test('every id is found at its place, any other id at none, and of two equal ids the first', async () => {
  const ids = fc.uniqueArray(fc.string({ unit: 'grapheme' }).filter((id) => !id.includes('\n')), { minLength: 1, maxLength: 300 })
  await fc.assert(fc.asyncProperty(ids, async (unique) => {
    const { reader } = await stored([...unique, unique[0]!].map((id) => product(id)))
    const lookup = new IdLookup(await reader.idBytes(), reader.count)
    expect(unique.map((id) => lookup.find(id))).toEqual(unique.map((_, at) => at))
    for (const id of unique) expect(lookup.find(`${id}\n`)).toBeUndefined()
    expect(lookup.find(unique.join('\u0001') + 'nowhere')).toBeUndefined()
  }), { numRuns: 40 })
})
