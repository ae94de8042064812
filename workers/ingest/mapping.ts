// A table that no format knows, read as a person says: a column mapping becomes a format, and likely mappings are suggested.
import type { EsciLabel, Split } from '../../src/domain/dataset.ts'
import type { ColumnMapping } from '../../src/protocol/ingest.ts'
import { factsOf, number, picture, seconds, shown, tagsOf, text, textId, texts } from './formats/cells.ts'
import { numeric, tellFacts, tellPerson } from './formats/facts.ts'
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
    { name: 'tags', known: ['tags', 'tag', 'keywords', 'labels', 'topics'] },
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
    { name: 'rating', known: ['rating', 'overall', 'stars', 'score', 'strength', 'weight', 'engagement'] },
  ],
  people: [
    { name: 'userId', needed: 'user', known: ['userid', 'user', 'uid', 'reviewerid', 'customerid', 'visitorid', 'customer'] },
    { name: 'split', known: ['split', 'set', 'fold', 'partition'] },
  ],
}

/** Columns that keep their own names: `numbers.price` of a product, `profile.age` of a person. */
const OWN: Readonly<Partial<Record<MappedRole, string>>> = { products: 'numbers.', people: 'profile.' }

function ownNames(role: MappedRole, columns: ColumnMapping['columns']): [name: string, column: string][] {
  const prefix = OWN[role]
  return prefix === undefined ? [] : Object.entries(columns).flatMap(([name, column]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), column]] : []))
}

const NEEDED_AS: Readonly<Record<string, string>> = {
  id: 'an id', text: 'a title or a description, or numbers or tags of products in another file', profile: 'a column that tells something', query: 'a query or a query id', product: 'a product id', user: 'a user id', item: 'an item id',
}

/** The names that a role's columns can be mapped to. */
function meaningsOf(role: MappedRole): readonly string[] {
  return MEANINGS[role].map(({ name }) => name)
}

/** The format that reads a table by its mapping. Throws a sentence when a column that its role needs is not mapped, or a meaning is unknown. */
export function mappedFormat(mapping: ColumnMapping): Format {
  const { role, columns } = mapping
  const own = ownNames(role, columns)
  const unknown = Object.keys(columns).find((name) => !meaningsOf(role).includes(name) && !(OWN[role] !== undefined && name.startsWith(OWN[role]) && name !== OWN[role]))
  if (unknown !== undefined) throw new Error(`a table of ${role} has no column meant as ${unknown}; ${meaningsOf(role).join(', ')} are known`)
  const missing = missingOf(role, columns)
  if (missing !== undefined) throw new Error(`a table of ${role} needs ${NEEDED_AS[missing]}; say which of its columns that is`)
  const wanted = [...new Set(Object.values(columns))]
  const read = READERS[role]
  const onlyFacts = role === 'products' && columns['title'] === undefined && columns['description'] === undefined
  return {
    name: 'table', role: onlyFacts ? 'facts' : role, columns: wanted,
    matches: (shape) => wanted.every((column) => shape.columns.has(column)),
    read(row, at, sink) {
      const cell = (name: string): unknown => (columns[name] === undefined ? undefined : row[columns[name]])
      read(cell, (name) => columns[name] ?? '', row, at, sink, own)
    },
  }
}

/** The likeliest meaning of the columns by their names, and by what the first rows hold; undefined when not even ids can be told. */
export function suggestMapping(columns: readonly string[], first: readonly Row[] = []): ColumnMapping | undefined {
  const byWord = new Map<string, string[]>()
  for (const column of columns.slice(0, MOST_COLUMNS)) byWord.set(wordOf(column), [...byWord.get(wordOf(column)) ?? [], column])
  let best: { mapping: ColumnMapping; share: number } | undefined
  // of equals the more telling role stands first
  for (const role of ['judgements', 'interactions', 'products', 'queries', 'people'] as const) {
    const mapped: Record<string, string> = {}
    for (const { name, known } of MEANINGS[role]) {
      const column = known.flatMap((word) => byWord.get(word) ?? []).find((candidate) => !Object.values(mapped).includes(candidate))
      if (column !== undefined) mapped[name] = column
    }
    const share = Object.keys(mapped).length
    const all = { ...mapped, ...ownColumns(role, columns.slice(0, MOST_COLUMNS).filter((column) => !Object.values(mapped).includes(column)), first) }
    if (missingOf(role, all) !== undefined) continue
    if (best === undefined || share > best.share) best = { mapping: { role, columns: all }, share }
  }
  return best?.mapping
}

/** Columns that are kept under their own names: of products those that hold numbers and are no ids, of people all. */
function ownColumns(role: MappedRole, left: readonly string[], first: readonly Row[]): Record<string, string> {
  const isNumber = (column: string): boolean => {
    const cells = first.map((row) => numeric(row[column])).filter((cell) => cell !== undefined)
    return cells.length > 0 && cells.every(Number.isFinite) && !/(?:^|[^a-z])ids?$|Id$/i.test(column)
  }
  const prefix = OWN[role]
  if (prefix === undefined) return {}
  return Object.fromEntries(left.filter((column) => role === 'people' || isNumber(column)).map((column) => [`${prefix}${column}`, column]))
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
  const own = ownNames(role, columns).length > 0
  if (role === 'people' && !own) groups.add('profile')
  // numbers or tags alone are facts of products whose texts stand elsewhere
  if (role === 'products' && (own || columns['tags'] !== undefined)) groups.delete('text')
  return [...groups].find((group) => !MEANINGS[role].some(({ name, needed }) => needed === group && columns[name] !== undefined))
}

type Cell = (name: string) => unknown
type Reader = (
  cell: Cell, column: (name: string) => string, row: Row, at: Place, sink: Sink, own: readonly (readonly [name: string, column: string])[],
) => void

const READERS: Readonly<Record<MappedRole, Reader>> = {
  products: readProduct, judgements: readJudgement, queries: readQuery, interactions: readInteraction, people: readPerson,
}

function readProduct(cell: Cell, column: (name: string) => string, row: Row, at: Place, sink: Sink, own: readonly (readonly [name: string, column: string])[]): void {
  const id = text(cell('id'))
  if (id === '') {
    sink.reject(at, column('id'), `${column('id')} is missing, so nothing can mean this product`)
    return
  }
  if (column('title') === '' && column('description') === '') {
    tellFacts(id, own.map(([name, from]) => [name, row[from]] as const), { tags: cell('tags'), category: cell('category') }, new Set(own.map(([name]) => name)), at, sink)
    return
  }
  const numbers: Record<string, number | undefined> = {}
  for (const [name, from] of own) {
    const value = numbers[name] = numeric(row[from])
    if (value === undefined || Number.isFinite(value)) continue
    sink.reject(at, from, `${from} is "${shown(row[from])}"; a number or nothing is needed`)
    return
  }
  const category = texts(cell('category'))?.at(-1) ?? ''
  if (category !== '') sink.category(id, category, at)
  const image = picture(cell('image'))
  sink.product({
    id, title: text(cell('title')), description: text(cell('description')), bullets: text(cell('bullets')), brand: text(cell('brand')),
    color: text(cell('color')), ...(category === '' ? {} : { category }), ...(image === '' ? {} : { image }),
    ...factsOf(numbers, tagsOf(cell('tags'))),
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

function readPerson(cell: Cell, column: (name: string) => string, row: Row, at: Place, sink: Sink, own: readonly (readonly [name: string, column: string])[]): void {
  const userId = text(cell('userId'))
  if (userId === '') sink.reject(at, column('userId'), `${column('userId')} is missing; nothing can be told of a person without an id`)
  else tellPerson(userId, own.map(([name, from]) => [name, row[from]] as const), cell('split'), at, sink)
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
