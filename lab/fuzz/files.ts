// Small good files of every container, from a seed: what the hostile ones are made from, and what the readers' tests read.
import { parquetWriteBuffer } from 'hyparquet-writer'
import { Stream } from '../../src/domain/random.ts'
import { storedZstd } from './zstd.ts'

export interface GoodFile {
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly rows: number
}

const WORDS = ['red', 'mug', 'Dr. Scholl\'s', 'naïve', '5" pipe', 'lamp, brass', 'süß', '日本語', 'a\nb', 'back\\slash', '🧴 oil', 'cup']
const EXAMPLE_COLUMNS = 'example_id,query,query_id,product_id,product_locale,esci_label,small_version,large_version,split'
const encoder = new TextEncoder()

const id = (chance: Stream): string => `B0${String(chance.integer(10 ** 8)).padStart(8, '0')}`
const title = (chance: Stream): string => Array.from({ length: 1 + chance.integer(8) }, () => chance.pick(WORDS)).join(' ')

/** The same bytes for the same seed. `pack` is gzip, which is the platform's. */
export async function goodFiles(seed: number): Promise<GoodFile[]> {
  const chance = new Stream(seed, 'fuzz files')
  const rows = 40
  const items = Array.from(
    { length: rows }, () => ({ id: id(chance), title: title(chance), description: chance.integer(3) === 0 ? null : title(chance) }),
  )
  const text = (name: string, content: string, count = rows): GoodFile => ({ name, bytes: encoder.encode(content), rows: count })
  const lines = (make: (item: (typeof items)[number], index: number) => string): string => `${items.map(make).join('\n')}\n`
  const metadata = lines(
    (item, i) => JSON.stringify(
      { parent_asin: item.id, title: item.title, features: [item.title, item.title], description: [], details: { Color: 'red', rank: i } },
    ),
  )
  const reviews = lines((item, i) => JSON.stringify({ reviewerID: `U${i % 7}`, asin: item.id, overall: 5, unixReviewTime: 1_400_000_000 + i }))
  const files: GoodFile[] = [
    { name: 'products.snappy.parquet', bytes: products(items, 'SNAPPY'), rows },
    { name: 'products.plain.parquet', bytes: products(items, 'UNCOMPRESSED'), rows },
    { name: 'products.zstd.parquet', bytes: products(items, 'ZSTD'), rows },
    { name: 'verl.parquet', bytes: verl(items), rows },
    text('examples.csv', `\ufeff${[
      EXAMPLE_COLUMNS, ...items.map((item, i) => `${i},${quoted(item.title)},${i % 9},${item.id},us,${'ESCI'[i % 4]},1,1,train`), '',
    ].join('\r\n')}`),
    text('ratings.csv', lines((item, i) => `${item.id},A${i}USER,4.0,${1_400_000_000 + i}`)),
    text('qrels.tsv', `query-id\tcorpus-id\tscore\n${lines((item, i) => `q${i % 9}\t${item.id}\t${i % 3}`)}`),
    text('meta.jsonl', metadata),
    text('queries.json', JSON.stringify(items.map((item) => ({ query: item.title, item_id: [item.id] })), null, 4)),
    text(
      'results.json',
      JSON.stringify(
        Object.fromEntries(
          items.map(
            (item, i) => [`${i}_${item.title}`, { id: i, retrieved: `['${item.id}', 'B000000000']`, target: `['${item.id}']`, 'ndcg@100': 1 }],
          ),
        ),
        null, 2,
      ),
    ),
    text('meta.json', lines((item) => (
      `{'asin': '${item.id}', 'categories': [['Beauty', u'Hair'], ()], 'title': ${python(item.title)}, 'salesRank': {'Beauty': 1L}, 'x': None}`
    ))),
    text('run.trec', lines((item, i) => `q${Math.floor(i / 10)} Q0 ${item.id} ${(i % 10) + 1} ${(20 - (i % 10)).toFixed(4)} bm25`)),
    text('qrels.trec', lines((item, i) => `q${Math.floor(i / 10)} 0 ${item.id} ${i % 2}`)),
    { name: 'meta.jsonl.gz', bytes: await gzipped(encoder.encode(metadata)), rows },
    { name: 'reviews.json.gz', bytes: await members(encoder.encode(reviews)), rows },
  ]
  return files
}

/** One gzip member, packed by the platform. */
export async function gzipped(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer())
}

/** Two gzip members one after the other, as `cat a.gz b.gz` leaves them. */
async function members(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const middle = bytes.indexOf(10, bytes.length / 2) + 1
  return joined([await gzipped(bytes.slice(0, middle)), await gzipped(bytes.slice(middle))])
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function quoted(field: string): string {
  return /[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}

/** As Python prints a text: single quotes, unless it holds one and no double one. */
function python(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  return quote + text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll(quote, `\\${quote}`) + quote
}

type Item = { readonly id: string; readonly title: string; readonly description: string | null }

function products(items: readonly Item[], codec: 'SNAPPY' | 'UNCOMPRESSED' | 'ZSTD'): Uint8Array<ArrayBuffer> {
  const column = (name: string, data: (string | null)[]) => ({ name, data, type: 'STRING' as const, nullable: true })
  return new Uint8Array(parquetWriteBuffer({
    codec, rowGroupSize: 25, pageSize: 400, compressors: { ZSTD: storedZstd },
    columnData: [
      column('product_id', items.map((item) => item.id)), column('product_title', items.map((item) => item.title)),
      column('product_description', items.map((item) => item.description)), column('product_bullet_point', items.map(() => null)),
      column('product_brand', items.map((_, i) => ['Acme', 'Bell'][i % 2]!)), column('product_color', items.map(() => 'red')),
      column('product_locale', items.map((_, i) => (i % 5 === 0 ? 'es' : 'us'))),
    ],
  }))
}

/** Nested columns, as verl's Parquet has them. */
function verl(items: readonly Item[]): Uint8Array<ArrayBuffer> {
  const list = (name: string) => [
    { name, repetition_type: 'OPTIONAL' as const, num_children: 1, converted_type: 'LIST' as const },
    { name: 'list', repetition_type: 'REPEATED' as const, num_children: 1 },
  ]
  const string = (name: string) => ({ name, type: 'BYTE_ARRAY' as const, repetition_type: 'OPTIONAL' as const, converted_type: 'UTF8' as const })
  const struct = (name: string, children: number) => ({ name, repetition_type: 'OPTIONAL' as const, num_children: children })
  return new Uint8Array(parquetWriteBuffer({
    codec: 'SNAPPY', pageSize: 300,
    schema: [
      { name: 'schema', num_children: 5 },
      string('query'), string('data_source'),
      ...list('prompt'), struct('element', 2), string('content'), string('role'),
      struct('reward_model', 2), struct('ground_truth', 1), ...list('target'), string('element'), string('style'),
      struct('extra_info', 2), { name: 'index', type: 'INT64', repetition_type: 'OPTIONAL' }, string('split'),
    ],
    columnData: [
      { name: 'query', data: items.map((item) => item.title) },
      { name: 'data_source', data: items.map(() => 'esci_Video_Games_test') },
      { name: 'prompt', data: items.map((item) => [{ content: `${item.title} prompt`, role: 'user' }]) },
      {
        name: 'reward_model',
        data: items.map((item, i) => ({ ground_truth: { target: Array.from({ length: 1 + (i % 4) }, (_, j) => `${item.id}${j}`) }, style: 'rule' })),
      },
      { name: 'extra_info', data: items.map((_, i) => ({ index: BigInt(i), split: 'test' })) },
    ],
  }))
}
