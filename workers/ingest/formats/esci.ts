// ESCI as published (amazon-science/esci-data) and as the model hub joins it (tasksource/esci): products, judged examples, both in one.
import type { EsciLabel, Product, Split } from '../../../src/domain/dataset.ts'
import type { EsciFilter } from '../../../src/protocol/ingest.ts'
import type { Format, Place, Row, Sink } from '../format.ts'
import { flag, has, shown, text, textId } from './cells.ts'

const PRODUCT = [
  'product_id', 'product_title', 'product_description', 'product_bullet_point', 'product_brand', 'product_color', 'product_locale',
] as const
const EXAMPLE = ['query_id', 'query', 'product_id', 'esci_label', 'split', 'product_locale', 'small_version', 'large_version'] as const

const LABELS: ReadonlyMap<string, EsciLabel> = new Map([
  ['e', 'E'], ['s', 'S'], ['c', 'C'], ['i', 'I'], ['exact', 'E'], ['substitute', 'S'], ['complement', 'C'], ['irrelevant', 'I'],
])
const SPLITS: ReadonlyMap<string, Split> = new Map([['train', 'train'], ['test', 'test'], ['validation', 'validation']])

const ALL: EsciFilter = { locale: 'all', version: 'all', split: 'all', labels: 'all' }

export const ESCI_PRODUCTS: Format = {
  name: 'ESCI products',
  role: 'products',
  columns: PRODUCT,
  matches: (shape) => has(shape, 'product_title') && !has(shape, 'esci_label'),
  read(row, at, sink) {
    refuseWithout(row, at, 'products', ['product_id', 'product_title'])
    if (ofLocale(row, sink)) tellProduct(row, at, sink, 'once')
  },
}

export const ESCI_EXAMPLES: Format = {
  name: 'ESCI examples',
  role: 'judgements',
  columns: EXAMPLE,
  matches: (shape) => has(shape, 'esci_label') && !has(shape, 'product_title'),
  read(row, at, sink) {
    refuseWithout(row, at, 'examples', ['query', 'product_id', 'esci_label'])
    if (ofLocale(row, sink)) tellJudgement(row, at, sink)
  },
}

/** Examples that carry their products' texts: the catalogue is all products of the locale, whatever else the filter sets aside. */
export const ESCI_JOINED: Format = {
  name: 'ESCI examples with products',
  role: 'judgements',
  columns: [...new Set([...EXAMPLE, ...PRODUCT])],
  matches: (shape) => has(shape, 'esci_label', 'product_title'),
  read(row, at, sink) {
    refuseWithout(row, at, 'examples', ['query', 'product_id', 'esci_label'])
    if (!ofLocale(row, sink)) return
    if (text(row['product_id']) !== '') tellProduct(row, at, sink, 'again')
    tellJudgement(row, at, sink)
  },
}

/** A file without a column that everything hangs on is refused whole, once its first row shows it. */
function refuseWithout(row: Row, at: Place, kind: string, columns: readonly string[]): void {
  if (at.row !== 1) return
  const missing = columns.filter((column) => row[column] === undefined)
  if (missing.length === 0) return
  throw new Error(`shard ${at.file} looks like ESCI's ${kind} but lacks ${missing.join(', ')}; its columns are ${Object.keys(row).join(', ')}`)
}

function ofLocale(row: Row, sink: Sink): boolean {
  const { locale } = sink.filter ?? ALL
  const told = text(row['product_locale']).toLowerCase()
  const wanted = locale === 'all' || told === '' || told === locale
  if (!wanted) sink.filtered('product_locale')
  return wanted
}

function tellProduct(row: Row, at: Place, sink: Sink, told: 'once' | 'again'): void {
  const product: Product = {
    id: text(row['product_id']), title: text(row['product_title']), description: text(row['product_description']),
    bullets: text(row['product_bullet_point']), brand: text(row['product_brand']), color: text(row['product_color']),
  }
  if (product.id === '') sink.reject(at, 'product_id', 'product_id is missing, so no judgement can mean this product')
  else sink.product(product, at, told)
}

function tellJudgement(row: Row, at: Place, sink: Sink): void {
  const query = text(row['query'])
  const id = row['query_id'] === undefined && query !== '' ? textId(query) : text(row['query_id'])
  const productId = text(row['product_id'])
  const splitText = text(row['split']).toLowerCase()
  const split = SPLITS.get(splitText)
  const label = LABELS.get(text(row['esci_label']).toLowerCase())
  const column = setAside(row, split, label, at, sink)
  if (column !== undefined) sink.filtered(column)
  else if (id === '') sink.reject(at, 'query_id', 'query_id is missing')
  else if (query === '') sink.reject(at, 'query', `query is missing for query_id ${id}`)
  else if (productId === '') sink.reject(at, 'product_id', `product_id is missing for query_id ${id}`)
  else if (label === undefined) sink.reject(at, 'esci_label', `esci_label is "${shown(row['esci_label'])}"; E, S, C, I or their words are known`)
  else if (split === undefined && splitText !== '') sink.reject(at, 'split', `split is "${shown(row['split'])}"; train and test are known`)
  else sink.judgement({ queryId: id, productId, label, text: query, ...(split === undefined ? {} : { split }) }, at)
}

/** The column by which the filter sets a row aside. A row that does not say is kept. */
function setAside(row: Row, split: Split | undefined, label: EsciLabel | undefined, at: Place, sink: Sink): string | undefined {
  const filter = sink.filter ?? ALL
  const version = `${filter.version}_version`
  if (filter.version !== 'all') {
    const inVersion = flag(row[version])
    if (inVersion === false) return version
    if (inVersion === undefined && at.row === 1) sink.note?.(`${at.file} does not say ${version}, so all of its rows count as ${filter.version}`)
  }
  if (filter.split !== 'all' && split !== undefined && split !== filter.split) return 'split'
  return filter.labels === 'exact' && label !== undefined && label !== 'E' ? 'esci_label' : undefined
}
