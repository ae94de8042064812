// Files are known by their bytes: containers, separators, packed ones, and what is no table at all, each refusal a sentence.
import { describe, expect, it } from 'vitest'
import { goodFiles, gzipped } from '../../lab/fuzz/files.ts'
import type { Recognised } from '../../src/protocol/ingest.ts'
import { FORMATS } from './formats/formats.ts'
import { mappedFormat, suggestMapping } from './mapping.ts'
import { readFile } from './read.ts'
import { recognise, recogniseFile } from './recognise.ts'
import { keeping, tally } from './testing.ts'

type Bytes = Uint8Array<ArrayBuffer>
async function known(content: string | Bytes, name = 'file.dat'): Promise<Recognised> {
  return (await recogniseFile(new File([content], name), FORMATS)).recognised
}

const EXPECTED: Readonly<Record<string, readonly [container: string, format: string]>> = {
  'products.snappy.parquet': ['parquet', 'ESCI products'], 'products.plain.parquet': ['parquet', 'ESCI products'],
  'products.zstd.parquet': ['parquet', 'ESCI products'], 'verl.parquet': ['parquet', 'verl RL prompts'], 'examples.csv': ['csv', 'ESCI examples'],
  'ratings.csv': ['csv', 'Amazon 2018 ratings'], 'qrels.tsv': ['tsv', 'BEIR qrels'], 'meta.jsonl': ['jsonl', 'Amazon Reviews 2023 metadata'],
  'queries.json': ['json', 'Rec-R1 query lists'], 'results.json': ['json', 'Rec-R1 results'], 'meta.json': ['python', 'Amazon 2014 metadata'],
  'run.trec': ['trec', 'TREC run'], 'qrels.trec': ['trec', 'TREC qrels'], 'meta.jsonl.gz': ['jsonl', 'Amazon Reviews 2023 metadata'],
  'reviews.json.gz': ['jsonl', 'Amazon 2014 reviews'],
}

describe('recognising a file', () => {
  it('goes by what stands in it, under any name, packed or not', async () => {
    for (const { name, bytes } of await goodFiles(6)) {
      const [container, format] = EXPECTED[name]!
      const gzip = name.endsWith('.gz')
      expect(await known(bytes, 'some.bin'), name).toMatchObject({ file: 'some.bin', bytes: bytes.length, container, format, gzip })
      if (!gzip) expect(await known(await gzipped(bytes), 'some.bin'), `${name}, packed`).toMatchObject({ container, format, gzip: true })
    }
  })

  it('shows the columns and first rows of a table that no format knows, with what they likely mean', async () => {
    const [told] = await recognise([new File(['sku;name;price\nA1;Red mug;3\nA2;Cup;4\n'], 'shop.csv')], FORMATS)
    expect(told).toMatchObject({
      container: 'csv', format: 'table', role: 'unknown', columns: ['sku', 'name', 'price'],
      samples: [
        { sku: 'A1', name: 'Red mug', price: '3' }, { sku: 'A2', name: 'Cup', price: '4' },
      ], suggested: { role: 'products', columns: { id: 'sku', title: 'name' } },
    })
  })

  it('tells tabs, commas, semicolons and bars apart by the lines that agree', async () => {
    for (const separator of ['\t', ',', ';', '|']) {
      const lines = [
        ['ref', 'words', 'note'], ['1', 'a mug, red; new', 'x'], ['2', '5" pipe', 'y'],
      ].map((line) => line.map((field) => (field.includes(separator) ? `"${field}"` : field)).join(separator))
      expect(await known(`${lines.join('\n')}\n`)).toMatchObject({ columns: ['ref', 'words', 'note'], container: separator === '\t' ? 'tsv' : 'csv' })
    }
  })

  it('takes one line of JSON as a document where it is a map, and as a record where it is one', async () => {
    expect(await known('{"B000000001": "Home", "B000000002": null}')).toMatchObject({ container: 'json', format: 'product categories' })
    expect(await known('{"_id": "q1", "text": "red mug"}')).toMatchObject({ container: 'jsonl', format: 'BEIR queries' })
  })

  it('reads JSON lines whose first line is damaged as JSON lines', async () => {
    expect(
      await known('{"_id": "q1, "text"\n{"_id": "q2", "text": "b"}\n{"_id": "q3", "text": "c"}\n'),
    ).toMatchObject({ container: 'jsonl', format: 'BEIR queries' })
  })

  it.each([
    ['nothing', '', 'file file.dat is empty; choose it again'],
    ['space', ' \n \n', 'file file.dat holds nothing but space'],
    ['a zip archive', 'PK\x03\x04etc', 'file file.dat is a zip archive; unpack it'],
    ['UTF-16 with a mark', Uint8Array.of(0xff, 0xfe, 0x61, 0, 0x2c, 0), 'file file.dat is UTF-16 text; save it as UTF-8'],
    [
      'UTF-16 without one',
      Uint8Array.from('a,b\n1,2\n', (letter) => letter.charCodeAt(0)).reduce((wide, byte) => [...wide, byte, 0], [] as number[]),
      'as UTF-16 text has; save it as UTF-8',
    ],
    [
      'noise', Uint8Array.from({ length: 500 }, (_, i) => (i * 7919) % 256),
      'file file.dat is neither UTF-8 text nor Parquet nor gzip (its first bytes are 00 ef de cd',
    ],
    ['JSON of numbers', '[1, 2, 3]', 'file file.dat is JSON but no table: it lists 1; a list of objects with named fields'],
    ['JSON that wraps its list', '{\n"version": 1,\n"data": [\n{"a": 1}]}', 'file file.dat is JSON but no table: its entry "data" is a list'],
    ['prose', 'A line.\nAnother, with a comma, and one more.\nNone here\nOne, here\nno\n', 'is text, but neither JSON, Python literals nor a table'],
  ])('refuses %s with a sentence', async (_, content, sentence) => {
    await expect(known(typeof content === 'string' ? content : Uint8Array.from(content))).rejects.toThrow(sentence)
  })

  it('says so when two formats know a file', async () => {
    const twin = { ...keeping().format, name: 'Twins', matches: () => true }
    await expect(
      recogniseFile(new File(['{"_id": "q1", "text": "red mug"}\n'], 'two.jsonl'), [...FORMATS, twin]),
    ).rejects.toThrow('file two.jsonl could be BEIR queries or Twins: it has the columns of both (_id, text)')
  })
})

describe('a column mapping', () => {
  it.each([
    [
      ['user', 'item', 'timestamp', 'rating'],
      { role: 'interactions', columns: { userId: 'user', itemId: 'item', time: 'timestamp', rating: 'rating' } },
    ],
    [['Query', 'Product ID', 'Relevance'], { role: 'judgements', columns: { query: 'Query', productId: 'Product ID', label: 'Relevance' } }],
    [
      ['product_id', 'product_name', 'product_description', 'category hierarchy'],
      { role: 'products', columns: { id: 'product_id', title: 'product_name', description: 'product_description', category: 'category hierarchy' } },
    ],
    [['id', 'text'], { role: 'products', columns: { id: 'id', description: 'text' } }],
    [['qid', 'query'], { role: 'queries', columns: { queryId: 'qid', query: 'query' } }],
    [['x', 'y'], undefined],
  ])('is suggested for %s', (columns, mapping) => {
    expect(suggestMapping(columns)).toEqual(mapping)
  })

  const read = async (content: string, mapping: Parameters<typeof mappedFormat>[0]) => {
    const calls: unknown[][] = []
    const told = tally()
    const sink = {
      ...told.sink, product: (...call: unknown[]) => { calls.push(call) }, judgement: (...call: unknown[]) => { calls.push(call) },
      query: (...call: unknown[]) => { calls.push(call) }, interaction: (...call: unknown[]) => { calls.push(call) },
    }
    await readFile(new File([content], 't.csv'), mappedFormat(mapping), sink as typeof told.sink)
    return { calls: calls.map(([first]) => first), rejected: told.rejected.map(({ at, reason }) => `${at.row}: ${reason}`) }
  }

  it('reads products', async () => {
    expect(await read('sku;name\nA1;Mug\n;Cup\n', { role: 'products', columns: { id: 'sku', title: 'name' } })).toEqual({
      calls: [{ id: 'A1', title: 'Mug', description: '', bullets: '', brand: '', color: '' }],
      rejected: ['2: sku is missing, so nothing can mean this product'],
    })
  })

  it('reads judgements by grade or by word', async () => {
    const rows = 'q,p,l,s\nmug,A1,2,train\nmug,A2,0,\nmug,A3,Exact,dev\nmug,A4,good,test\nmug,A5,1,later\n'
    const columns = { queryId: 'q', query: 'q', productId: 'p', label: 'l', split: 's' }
    expect(await read(rows, { role: 'judgements', columns })).toEqual({
      calls: [
        { queryId: 'mug', text: 'mug', productId: 'A1', label: 'E', grade: 2, split: 'train' },
        { queryId: 'mug', text: 'mug', productId: 'A2', label: 'I', grade: 0 },
        { queryId: 'mug', text: 'mug', productId: 'A3', label: 'E', split: 'validation' },
      ],
      rejected: ['4: l is "good"; a grade, or E, S, C, I or their words are known', '5: s is "later"; train, validation and test are known'],
    })
  })

  it('reads queries, and purchases by date or second', async () => {
    expect(await read('n,t\n7,red mug\n8,\n', { role: 'queries', columns: { queryId: 'n', query: 't' } })).toEqual({
      calls: [{ id: '7', text: 'red mug' }], rejected: ['2: t is missing; a query without words ranks nothing'],
    })
    const columns = { userId: 'u', itemId: 'i', time: 't' }
    const bought = await read('u,i,t\nU1,A1,1970-01-02\nU1,A2,86401\nU1,A3,soon\n', { role: 'interactions', columns })
    expect(bought.calls).toEqual([
      { userId: 'U1', itemId: 'A1', time: 86400, rating: undefined }, { userId: 'U1', itemId: 'A2', time: 86401, rating: undefined },
    ])
    expect(bought.rejected).toHaveLength(1)
  })

  it('without a column that its role needs, or with a meaning that is none, is refused with a sentence', () => {
    expect(
      () => mappedFormat({ role: 'judgements', columns: { query: 'q' } }),
    ).toThrow('a table of judgements needs a product id; say which of its columns that is')
    expect(
      () => mappedFormat({ role: 'products', columns: { id: 'a', titel: 'b' } }),
    ).toThrow('a table of products has no column meant as titel; id, title, description, bullets, brand, color, category, image, tags are known')
  })
})
