// Tables beside a catalogue: numbers and tags of its products, what is told of people, and how strongly they engaged.
import { splitOfWord } from '../assembly/names.ts'
import type { Format, Place, Row, Shape, Sink } from '../format.ts'
import { dated, entries, factsOf, firstText, has, hasAny, needs, number, seconds, shown, tagsOf, text, texts, WITHOUT_BUYER, WITHOUT_PRODUCT } from './cells.ts'

const PRODUCT_ID = ['product_id', 'item_id', 'parent_asin', 'asin'] as const
/** columns by which a table of facts is known, and which must be numbers */
const NUMBERS = ['price', 'margin', 'stock', 'likes', 'comments', 'shares'] as const
const [RELEASED, TAGS, CATEGORY, DEPARTMENT] = ['released', 'tags', 'category', 'department'] as const
/** what a table of products, of judgements, of purchases or of queries has */
const OF_OTHERS = [
  'title', 'product_title', 'metadata', 'description', 'query', 'query_id', 'qid', 'esci_label', 'user_id', 'reviewerID', 'main_category', 'categories', 'features',
  'imUrl', 'brand', 'store', 'salesRank', 'overall', 'rating',
] as const

const ids: ReadonlySet<string> = new Set(PRODUCT_ID)
/** columns that hold words, numbers or not */
const worded: ReadonlySet<string> = new Set([TAGS, CATEGORY, DEPARTMENT])
const strict: ReadonlySet<string> = new Set(NUMBERS)

export const PRODUCT_FACTS: Format = {
  name: 'product facts',
  role: 'facts',
  matches: (shape) => hasAny(shape, ...PRODUCT_ID) && hasAny(shape, ...NUMBERS, RELEASED, TAGS) && !hasAny(shape, ...OF_OTHERS),
  read(row, at, sink) {
    const id = firstText(row, ...PRODUCT_ID)
    if (!needs(id, PRODUCT_ID.find((name) => row[name] !== undefined) ?? PRODUCT_ID[0], 'nothing can be told of a product without an id', at, sink)) return
    const department = text(row[DEPARTMENT])
    if (department !== '') sink.category(id, department, at)
    const cells = Object.entries(row).filter(([name]) => !ids.has(name) && !worded.has(name))
    tellFacts(id, cells, { tags: row[TAGS], category: row[CATEGORY] }, strict, at, sink)
  },
}

/**
 * Tells the numbers of a product by their columns' names. Of the `strict` columns a cell that is neither empty nor a number refuses the row; in any
 * other it is no fact. A column `released` may hold dates.
 */
export function tellFacts(
  id: string, cells: readonly (readonly [name: string, cell: unknown])[], { tags, category }: { readonly tags: unknown; readonly category: unknown }, needed: ReadonlySet<string>, at: Place, sink: Sink,
): void {
  const numbers: Record<string, number | undefined> = {}
  for (const [name, cell] of cells) {
    const value = name === RELEASED ? releasedOf(cell) : numeric(cell)
    if (value !== undefined && Number.isFinite(value)) numbers[name] = value
    else if (value !== undefined && (needed.has(name) || name === RELEASED)) {
      const what = name === RELEASED ? 'a date, or seconds since 1970,' : 'a number'
      sink.reject(at, name, `${name} is "${shown(cell)}"; ${what} or nothing is needed`)
      return
    }
  }
  const filed = texts(category)?.at(-1) ?? ''
  sink.facts(id, { ...factsOf(numbers, tagsOf(tags)), ...(filed === '' ? {} : { category: filed }) }, at)
}

/** Undefined where the cell is empty, NaN where it is no number. */
export function numeric(cell: unknown): number | undefined {
  if (typeof cell === 'boolean') return Number(cell)
  return number(cell)
}

function releasedOf(cell: unknown): number | undefined {
  const told = dated(cell) ?? number(cell)
  return told !== undefined && Math.abs(told) >= 1e11 ? told / 1000 : told
}

/** columns by which a table of people is known */
const SPLIT = 'split'
const PROFILE = ['age', 'age_group', 'gender', 'city_tier', 'city', 'interests', 'occupation', 'country', 'region', 'language'] as const
const OF_EVENTS = [...PRODUCT_ID, 'history', 'history_list', 'timestamp', 'item_id_list:token_seq', 'query', 'rating'] as const

export const PEOPLE: Format = {
  name: 'people',
  role: 'people',
  matches: (shape) => has(shape, 'user_id') && hasAny(shape, ...PROFILE) && !hasAny(shape, ...OF_EVENTS),
  read(row, at, sink) {
    const userId = text(row['user_id'])
    if (!needs(userId, 'user_id', 'nothing can be told of a person without an id', at, sink)) return
    tellPerson(userId, Object.entries(row).filter(([name]) => name !== 'user_id' && name !== SPLIT), row[SPLIT], at, sink)
  },
}

/** Tells of a person what the cells say; empty ones say nothing, lists are joined by commas. */
export function tellPerson(userId: string, cells: readonly (readonly [name: string, cell: unknown])[], of: unknown, at: Place, sink: Sink): void {
  const split = splitOfWord(text(of))
  if (split === undefined && text(of) !== '') {
    sink.reject(at, SPLIT, `split is "${shown(of)}"; train, validation and test are known`)
    return
  }
  const profile = cells.map(([name, cell]) => [name, typeof cell === 'boolean' ? String(cell) : (entries(cell) ?? [text(cell)]).join(', ')] as const)
  sink.person(userId, { profile: Object.fromEntries(profile.filter(([, told]) => told !== '')), ...(split === undefined ? {} : { split }) }, at)
}

const STRENGTH = 'strength'

/** Purchases, clicks, follows: each with its strength. */
export const ENGAGEMENTS: Format = {
  name: 'engagements',
  role: 'interactions',
  columns: ['user_id', 'item_id', 'product_id', 'timestamp', STRENGTH],
  matches: (shape: Shape) => has(shape, 'user_id', 'timestamp', STRENGTH) && hasAny(shape, 'item_id', 'product_id') && !hasAny(shape, 'parent_asin', 'asin'),
  read(row: Row, at, sink) {
    const [userId, itemId] = [text(row['user_id']), firstText(row, 'item_id', 'product_id')]
    if (!needs(userId, 'user_id', WITHOUT_BUYER, at, sink) || !needs(itemId, 'item_id', WITHOUT_PRODUCT, at, sink)) return
    const time = seconds(row, 'timestamp', at, sink)
    const rating = number(row[STRENGTH])
    if (Number.isNaN(time)) return
    if (rating !== undefined && !Number.isFinite(rating)) sink.reject(at, STRENGTH, `${STRENGTH} is "${shown(row[STRENGTH])}"; a number is needed, the larger the stronger`)
    else sink.interaction({ userId, itemId, time, rating }, at)
  },
}
