// ESCI's published shards (amazon-science/esci-data): products and judged examples in, one joined data set and a report out.
import type { EsciLabel, Judgement, JudgedQuery, Product, Rejection } from '../../src/domain/dataset.ts'
import type { IngestProgress, IngestReport } from '../../src/protocol/ingest.ts'
import type { CatalogueWriter } from '../store/catalogue.ts'
import { fileDigest } from './digest.ts'
import { openShard, readRows } from './shard.ts'
import type { Row, Shard } from './shard.ts'

export interface ReadOptions {
  readonly onProgress?: (progress: IngestProgress) => void
  readonly signal?: AbortSignal
}

const PRODUCT_COLUMNS = ['product_id', 'product_title', 'product_description', 'product_bullet_point', 'product_brand', 'product_color'] as const
const EXAMPLE_COLUMNS = ['query_id', 'query', 'product_id', 'esci_label', 'split'] as const
const LOCALE_COLUMN = 'product_locale'
const LOCALE = 'us'
/** Rejections told in full; the rest are counted. */
const TOLD_REJECTIONS = 200

const LABELS: ReadonlyMap<string, EsciLabel> = new Map([
  ['e', 'E'], ['s', 'S'], ['c', 'C'], ['i', 'I'], ['exact', 'E'], ['substitute', 'S'], ['complement', 'C'], ['irrelevant', 'I'],
])

/**
 * Reads shards of both kinds, several of each, in any order and under any names: the same bytes give the same data set.
 * Rows of other locales are left out where the shard tells the locale; a product id seen before is left out (the first stands);
 * judgements of products that are not in the catalogue are left out of the queries, and so are queries without an Exact product
 * in it: no ranking could score on them. The report counts all of these. Throws a sentence that names the shard when a file is no
 * ESCI shard or is damaged, and when one half is missing.
 */
export async function readEsci(files: readonly File[], out: CatalogueWriter, options: ReadOptions = {}): Promise<{ queries: JudgedQuery[]; report: IngestReport }> {
  const started = performance.now()
  const { products: productShards, examples: exampleShards } = await openAll(files, options)
  const tracker = new Tracker([...productShards, ...exampleShards], options)
  const catalogue = await readProducts(productShards, tracker)
  const judged = await readExamples(exampleShards, tracker)
  const joined = joinQueries(judged.queries, catalogue.products)
  if (joined.queries.length === 0) {
    throw new Error(`none of ${judged.queries.size} queries has an Exact product among ${catalogue.products.size} products; are products and examples from the same release?`)
  }
  for (const product of catalogue.products.values()) out.add(product)
  const report: IngestReport = {
    products: catalogue.products.size,
    queries: joined.queries.length,
    trainQueries: joined.queries.filter((query) => query.split === 'train').length,
    testQueries: joined.queries.filter((query) => query.split === 'test').length,
    judgements: judged.count,
    joined: joined.judgements,
    labels: judged.labels,
    duplicates: judged.duplicates,
    untitled: catalogue.untitled,
    rejected: tracker.rejected,
    rejectedCount: tracker.rejectedCount,
    files: [], users: 0, interactions: 0, rejectedBy: {}, samples: { products: [...catalogue.products.values()].slice(0, 5), queries: [] },
    leftOut: { queriesWithoutExact: judged.queries.size - joined.queries.length, filtered: { product_locale: tracker.otherLocales }, duplicateProducts: catalogue.duplicates },
    seconds: (performance.now() - started) / 1000,
  }
  return { queries: joined.queries, report }
}

/** Opens every file, tells its kind by its columns, and puts the shards of a kind in the order of their digests. */
async function openAll(files: readonly File[], options: ReadOptions): Promise<{ products: Shard[]; examples: Shard[] }> {
  if (files.length === 0) throw new Error('no files were given; add ESCI\'s products and examples Parquet')
  const byDigest = new Map<string, Shard>()
  const totalBytes = files.reduce((sum, file) => sum + file.size, 0)
  for (const file of files) {
    options.signal?.throwIfAborted()
    options.onProgress?.({ file: file.name, rows: 0, bytes: 0, totalBytes })
    const shard = await openShard(file)
    const digest = await fileDigest(file)
    const twin = byDigest.get(digest)
    if (twin !== undefined) throw new Error(`shard ${file.name} holds the same bytes as ${twin.file.name}; add each shard once`)
    byDigest.set(digest, shard)
  }
  const ordered = [...byDigest.keys()].toSorted().map((digest) => byDigest.get(digest)!)
  const kinds = ordered.map(kindOf)
  const products = ordered.filter((_, i) => kinds[i] === 'products')
  const examples = ordered.filter((_, i) => kinds[i] === 'examples')
  const names = files.map((file) => file.name).join(', ')
  if (products.length === 0) throw new Error(`examples came without products (${names}); add the products shard of the same release, with product_id and product_title`)
  if (examples.length === 0) throw new Error(`products came without examples (${names}); add the examples shard of the same release, with query, product_id and esci_label`)
  return { products, examples }
}

function kindOf(shard: Shard): 'products' | 'examples' {
  const kind = shard.columns.has('esci_label') ? 'examples' : shard.columns.has('product_title') ? 'products' : undefined
  if (kind === undefined) {
    throw new Error(`shard ${shard.file.name} is Parquet but neither ESCI's products (product_id, product_title, …) nor its examples (query, product_id, esci_label, …); its columns are ${[...shard.columns].join(', ')}`)
  }
  const missing = (kind === 'products' ? PRODUCT_COLUMNS : EXAMPLE_COLUMNS).filter((column) => !shard.columns.has(column))
  if (missing.length > 0) throw new Error(`shard ${shard.file.name} looks like ESCI's ${kind} but lacks ${missing.join(', ')}; its columns are ${[...shard.columns].join(', ')}`)
  return kind
}

/** Follows a read through its shards: progress, cancelling, locales and rejections. */
class Tracker {
  readonly rejected: Rejection[] = []
  rejectedCount = 0
  otherLocales = 0
  private doneBytes = 0
  private readonly totalBytes: number

  constructor(shards: readonly Shard[], private readonly options: ReadOptions) {
    this.totalBytes = shards.reduce((sum, shard) => sum + shard.file.size, 0)
  }

  /** The shards' rows of our locale, one after the other, each with its place. */
  async* rows(shards: readonly Shard[], columns: readonly string[]): AsyncGenerator<{ row: Row; shard: Shard; number: number }> {
    for (const shard of shards) {
      for await (const { firstRow, rows } of readRows(shard, [...columns, LOCALE_COLUMN])) {
        this.options.signal?.throwIfAborted()
        for (const [i, row] of rows.entries()) {
          const locale = row[LOCALE_COLUMN]
          if (locale === undefined || locale === null || locale === LOCALE) yield { row, shard, number: firstRow + i }
          else this.otherLocales++
        }
        const read = firstRow + rows.length - 1
        this.options.onProgress?.({ file: shard.file.name, rows: read, bytes: this.doneBytes + Math.round((shard.file.size * read) / shard.rows), totalBytes: this.totalBytes })
      }
      this.doneBytes += shard.file.size
    }
  }

  reject(shard: Shard, row: number, column: string, reason: string): void {
    this.rejectedCount++
    if (this.rejected.length < TOLD_REJECTIONS) this.rejected.push({ file: shard.file.name, row, column, reason })
  }
}

interface Catalogue {
  readonly products: Map<string, Product>
  readonly duplicates: number
  readonly untitled: number
}

async function readProducts(shards: readonly Shard[], tracker: Tracker): Promise<Catalogue> {
  const products = new Map<string, Product>()
  let duplicates = 0
  let untitled = 0
  for await (const { row, shard, number } of tracker.rows(shards, PRODUCT_COLUMNS)) {
    const id = text(row['product_id'])
    if (id === '') {
      tracker.reject(shard, number, 'product_id', 'product_id is missing, so no judgement can mean this product')
      continue
    }
    if (products.has(id)) {
      duplicates++
      continue
    }
    const product = {
      id, title: text(row['product_title']), description: text(row['product_description']), bullets: text(row['product_bullet_point']),
      brand: text(row['product_brand']), color: text(row['product_color']),
    }
    if (product.title + product.description + product.bullets + product.brand + product.color === '') untitled++
    products.set(id, product)
  }
  if (products.size === 0) throw new Error(`no product of locale ${LOCALE} in ${shardNames(shards)} (${tracker.otherLocales} rows of other locales, ${tracker.rejectedCount} rejected)`)
  return { products, duplicates, untitled }
}

interface Examples {
  readonly queries: Map<string, JudgedQuery & { judgements: Judgement[] }>
  readonly count: number
  readonly labels: Record<EsciLabel, number>
  readonly duplicates: number
}

async function readExamples(shards: readonly Shard[], tracker: Tracker): Promise<Examples> {
  const queries = new Map<string, JudgedQuery & { judgements: Judgement[] }>()
  const pairs = new Set<string>()
  const labels = { E: 0, S: 0, C: 0, I: 0 }
  let count = 0
  for await (const { row, shard, number } of tracker.rows(shards, EXAMPLE_COLUMNS)) {
    const id = text(row['query_id'])
    const query = text(row['query'])
    const productId = text(row['product_id'])
    const split = text(row['split'])
    const label = LABELS.get(text(row['esci_label']).toLowerCase())
    const known = queries.get(id)
    if (id === '') tracker.reject(shard, number, 'query_id', 'query_id is missing')
    else if (query === '') tracker.reject(shard, number, 'query', `query is missing for query_id ${id}`)
    else if (productId === '') tracker.reject(shard, number, 'product_id', `product_id is missing for query_id ${id}`)
    else if (label === undefined) tracker.reject(shard, number, 'esci_label', `esci_label is "${text(row['esci_label'])}"; E, S, C, I or their words are known`)
    else if (split !== 'train' && split !== 'test') tracker.reject(shard, number, 'split', `split is "${split}"; train and test are known`)
    else if (known !== undefined && known.text !== query) tracker.reject(shard, number, 'query', `query_id ${id} has the text "${query}" here and "${known.text}" before`)
    else if (known !== undefined && known.split !== split) tracker.reject(shard, number, 'split', `query_id ${id} is in ${split} here and in ${known.split} before`)
    else {
      const entry = known ?? { id, text: query, split, judgements: [] }
      if (known === undefined) queries.set(id, entry)
      entry.judgements.push({ productId, label })
      pairs.add(`${id}\t${productId}`)
      labels[label]++
      count++
    }
  }
  if (count === 0) throw new Error(`no usable judgement of locale ${LOCALE} in ${shardNames(shards)} (${tracker.otherLocales} rows of other locales, ${tracker.rejectedCount} rejected)`)
  return { queries, count, labels, duplicates: count - pairs.size }
}

/** Queries with their judgements of products in the catalogue, where an Exact one is among them; `judgements` counts all that were joined. */
function joinQueries(queries: Examples['queries'], products: ReadonlyMap<string, Product>): { queries: JudgedQuery[]; judgements: number } {
  let judgements = 0
  const kept: JudgedQuery[] = []
  for (const query of queries.values()) {
    const joined = query.judgements.filter((judgement) => products.has(judgement.productId))
    judgements += joined.length
    if (joined.some((judgement) => judgement.label === 'E')) kept.push({ ...query, judgements: joined })
  }
  return { queries: kept, judgements }
}

/** A cell as text: absent is empty, whole numbers are written out, surrounding space is dropped. */
function text(cell: unknown): string {
  if (typeof cell === 'string') return cell.trim()
  if (typeof cell === 'bigint' || typeof cell === 'number') return String(cell)
  return ''
}

function shardNames(shards: readonly Shard[]): string {
  return `${shards.length === 1 ? 'shard' : 'shards'} ${shards.map((shard) => shard.file.name).join(', ')}`
}
