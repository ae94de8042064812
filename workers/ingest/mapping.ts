// A table that no format knows, read as a person says: a column mapping becomes a format, and likely mappings are suggested.
import type { EsciLabel, Split } from '../../src/domain/dataset.ts'
import type { ColumnMapping } from '../../src/protocol/ingest.ts'
import { number, picture, seconds, shown, text, textId, texts } from './formats/cells.ts'
import type { Format, Place, Row, Sink } from './format.ts'

type MappedRole = ColumnMapping['role']

interface Meaning {
  readonly name: string
  /** a mapping must have one of each group's names */
  readonly needed?: string
  /** columns' names that mean it, lower case without signs; earlier ones first */
  readonly known: readonly string[]
}

/** What a column can mean in each role, and the names by which people call it. */
const MEANINGS: Readonly<Record<MappedRole, readonly Meaning[]>> = {
  products: [
    {
      name: 'id', needed: 'id',
      known: ['productid', 'itemid', 'parentasin', 'asin', 'sku', 'docid', 'documentid', 'corpusid', 'pid', 'id', 'product', 'item', 'key'],
    },
    { name: 'title', needed: 'text', known: ['title', 'producttitle', 'itemtitle', 'name', 'productname', 'itemname', 'heading'] },
    {
      name: 'description', needed: 'text',
      known: ['description', 'productdescription', 'text', 'contents', 'content', 'body', 'metadata', 'abstract', 'summary', 'passage', 'desc'],
    },
    { name: 'bullets', known: ['bullets', 'bulletpoint', 'bulletpoints', 'productbulletpoint', 'features', 'feature', 'attributes'] },
    { name: 'brand', known: ['brand', 'productbrand', 'store', 'manufacturer', 'vendor', 'maker'] },
    { name: 'color', known: ['color', 'colour', 'productcolor'] },
    { name: 'category', known: ['category', 'categories', 'maincategory', 'productclass', 'categoryhierarchy', 'department', 'genres', 'genre'] },
    { name: 'image', known: ['image', 'imageurl', 'imagelink', 'images', 'imurl', 'picture', 'pictureurl', 'thumbnail', 'thumb', 'photo'] },
  ],
  judgements: [
    { name: 'queryId', needed: 'query', known: ['queryid', 'qid', 'query_id', 'topic', 'topicid', 'searchid'] },
    { name: 'query', needed: 'query', known: ['query', 'querytext', 'searchterm', 'search', 'keywords', 'question'] },
    {
      name: 'productId', needed: 'product',
      known: ['productid', 'itemid', 'parentasin', 'asin', 'sku', 'docid', 'documentid', 'corpusid', 'pid', 'product', 'item', 'target', 'document'],
    },
    { name: 'label', known: ['label', 'escilabel', 'relevance', 'rel', 'grade', 'score', 'judgment', 'judgement', 'rating', 'gain'] },
    { name: 'split', known: ['split', 'set', 'fold', 'partition'] },
  ],
  queries: [
    { name: 'queryId', known: ['queryid', 'qid', 'topicid', 'id', 'key'] },
    { name: 'query', needed: 'query', known: ['query', 'querytext', 'text', 'title', 'searchterm', 'search', 'keywords', 'question'] },
    { name: 'split', known: ['split', 'set', 'fold', 'partition'] },
  ],
  interactions: [
    {
      name: 'userId', needed: 'user',
      known: ['userid', 'user', 'uid', 'reviewerid', 'customerid', 'visitorid', 'sessionid', 'session', 'customer', 'buyer'],
    },
    { name: 'itemId', needed: 'item', known: ['itemid', 'productid', 'parentasin', 'asin', 'sku', 'item', 'product', 'movieid', 'pid', 'articleid'] },
    { name: 'time', known: ['time', 'timestamp', 'unixreviewtime', 'unixtime', 'ts', 'date', 'eventtime'] },
    { name: 'rating', known: ['rating', 'overall', 'stars', 'score'] },
  ],
}

const NEEDED_AS: Readonly<Record<string, string>> = {
  id: 'an id', text: 'a title or a description', query: 'a query or a query id', product: 'a product id', user: 'a user id', item: 'an item id',
}

/** The names that a role's columns can be mapped to. */
export function meaningsOf(role: MappedRole): readonly string[] {
  return MEANINGS[role].map(({ name }) => name)
}

/** The format that reads a table by its mapping. Throws a sentence when a column that its role needs is not mapped, or a meaning is unknown. */
export function mappedFormat(mapping: ColumnMapping): Format {
  const { role, columns } = mapping
  const unknown = Object.keys(columns).find((name) => !meaningsOf(role).includes(name))
  if (unknown !== undefined) throw new Error(`a table of ${role} has no column meant as ${unknown}; ${meaningsOf(role).join(', ')} are known`)
  const missing = missingOf(role, columns)
  if (missing !== undefined) throw new Error(`a table of ${role} needs ${NEEDED_AS[missing]}; say which of its columns that is`)
  const wanted = [...new Set(Object.values(columns))]
  const read = READERS[role]
  return {
    name: 'table', role, columns: wanted,
    matches: (shape) => wanted.every((column) => shape.columns.has(column)),
    read(row, at, sink) {
      const cell = (name: string): unknown => (columns[name] === undefined ? undefined : row[columns[name]])
      read(cell, (name) => columns[name] ?? '', row, at, sink)
    },
  }
}

/** The likeliest meaning of the columns by their names; undefined when not even ids can be told. */
export function suggestMapping(columns: readonly string[]): ColumnMapping | undefined {
  const byWord = new Map<string, string[]>()
  for (const column of columns.slice(0, MOST_COLUMNS)) byWord.set(wordOf(column), [...byWord.get(wordOf(column)) ?? [], column])
  let best: { mapping: ColumnMapping; share: number } | undefined
  // of equals the more telling role stands first
  for (const role of ['judgements', 'interactions', 'products', 'queries'] as const) {
    const mapped: Record<string, string> = {}
    for (const { name, known } of MEANINGS[role]) {
      const column = known.flatMap((word) => byWord.get(word) ?? []).find((candidate) => !Object.values(mapped).includes(candidate))
      if (column !== undefined) mapped[name] = column
    }
    if (missingOf(role, mapped) !== undefined) continue
    const share = Object.keys(mapped).length
    if (best === undefined || share > best.share) best = { mapping: { role, columns: mapped }, share }
  }
  return best?.mapping
}

/** What is looked at of absurd tables. */
const MOST_COLUMNS = 1000
const LONGEST_NAME = 64

function wordOf(column: string): string {
  return column.slice(0, LONGEST_NAME).replace(/:(?:token|token_seq|float)$/, '').toLowerCase().replaceAll(/[^a-z]/g, '')
}

/** The first kind of column that the role needs and the mapping lacks. */
function missingOf(role: MappedRole, columns: Readonly<Record<string, string>>): string | undefined {
  const groups = new Set(MEANINGS[role].flatMap(({ needed }) => (needed === undefined ? [] : [needed])))
  return [...groups].find((group) => !MEANINGS[role].some(({ name, needed }) => needed === group && columns[name] !== undefined))
}

type Cell = (name: string) => unknown
type Reader = (cell: Cell, column: (name: string) => string, row: Row, at: Place, sink: Sink) => void

const READERS: Readonly<Record<MappedRole, Reader>> = {
  products: readProduct, judgements: readJudgement, queries: readQuery, interactions: readInteraction,
}

function readProduct(cell: Cell, column: (name: string) => string, _: Row, at: Place, sink: Sink): void {
  const id = text(cell('id'))
  if (id === '') {
    sink.reject(at, column('id'), `${column('id')} is missing, so nothing can mean this product`)
    return
  }
  const category = texts(cell('category'))?.at(-1) ?? ''
  if (category !== '') sink.category(id, category, at)
  const image = picture(cell('image'))
  sink.product({
    id, title: text(cell('title')), description: text(cell('description')), bullets: text(cell('bullets')), brand: text(cell('brand')),
    color: text(cell('color')), ...(category === '' ? {} : { category }), ...(image === '' ? {} : { image }),
  }, at)
}

const LABELS: ReadonlyMap<string, EsciLabel> = new Map([
  ['e', 'E'], ['s', 'S'], ['c', 'C'], ['i', 'I'], ['exact', 'E'], ['substitute', 'S'], ['complement', 'C'], ['irrelevant', 'I'],
])
const SPLITS: ReadonlyMap<string, Split> = new Map(
  [['train', 'train'], ['valid', 'validation'], ['validation', 'validation'], ['dev', 'validation'], ['val', 'validation'], ['test', 'test']],
)

/** A missing label column means that every row is relevant; numbers are grades, relevant from 1 up. */
function readJudgement(cell: Cell, column: (name: string) => string, _: Row, at: Place, sink: Sink): void {
  const query = text(cell('query'))
  const queryId = text(cell('queryId')) || (query === '' ? '' : textId(query))
  const products = texts(cell('productId')) ?? []
  const told = text(cell('label'))
  const grade = column('label') === '' ? undefined : number(cell('label'))
  const word = LABELS.get(told.toLowerCase())
  const split = splitOf(cell, column, at, sink)
  if (split === null) return
  if (queryId === '') sink.reject(at, column('queryId') || column('query'), 'the query is missing')
  else if (products.length === 0) {
    sink.reject(
      at, column('productId'), `${column('productId')} is "${shown(cell('productId'))}"; a product id, or a list of them, is needed`,
    )
  }
  else if (column('label') !== '' && word === undefined && !Number.isFinite(grade ?? Number.NaN)) {
    sink.reject(at, column('label'), `${column('label')} is "${shown(cell('label'))}"; a grade, or E, S, C, I or their words are known`)
  } else {
    const label = word ?? (grade === undefined || grade >= 1 ? 'E' : 'I')
    for (const productId of products) {
      sink.judgement({
        queryId, productId, label, ...(word === undefined && grade !== undefined ? { grade } : {}), ...(query === '' ? {} : { text: query }),
        ...(split === undefined ? {} : { split }),
      }, at)
    }
  }
}

function readQuery(cell: Cell, column: (name: string) => string, _: Row, at: Place, sink: Sink): void {
  const query = text(cell('query'))
  const split = splitOf(cell, column, at, sink)
  if (split === null) return
  if (query === '') sink.reject(at, column('query'), `${column('query')} is missing; a query without words ranks nothing`)
  else sink.query({ id: text(cell('queryId')) || textId(query), text: query, ...(split === undefined ? {} : { split }) }, at)
}

function readInteraction(cell: Cell, column: (name: string) => string, row: Row, at: Place, sink: Sink): void {
  const userId = text(cell('userId'))
  const itemId = text(cell('itemId'))
  if (userId === '' || itemId === '') {
    const name = userId === '' ? 'userId' : 'itemId'
    sink.reject(at, column(name), `${column(name)} is missing; somebody has to have bought something`)
    return
  }
  const time = column('time') === '' ? undefined : timeOf(row, column('time'), at, sink)
  const rating = number(cell('rating'))
  if (!Number.isNaN(time)) sink.interaction({ userId, itemId, time, rating: Number.isFinite(rating ?? Number.NaN) ? rating : undefined }, at)
}

/** Seconds since 1970 out of a number or an ISO date; NaN where the row was rejected. */
function timeOf(row: Row, column: string, at: Place, sink: Sink): number | undefined {
  const cell = row[column]
  const written = typeof cell === 'string' && /^\d{4}-\d\d-\d\d/.test(cell.trim()) ? Date.parse(cell.trim()) : Number.NaN
  const date = cell instanceof Date ? cell.getTime() : written
  return Number.isNaN(date) ? seconds(row, column, at, sink) : date / 1000
}

/** Null where the row was rejected for its split. */
function splitOf(cell: Cell, column: (name: string) => string, at: Place, sink: Sink): Split | undefined | null {
  const told = text(cell('split')).toLowerCase()
  if (told === '') return undefined
  const split = SPLITS.get(told)
  if (split !== undefined) return split
  sink.reject(at, column('split'), `${column('split')} is "${shown(cell('split'))}"; train, validation and test are known`)
  return null
}
