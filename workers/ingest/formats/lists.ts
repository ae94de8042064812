// Queries and histories that hold all of their targets in one row: Amazon-C4, Rec-R1's processed lists and corpora, sequences of RecBole.
import type { Split } from '../../../src/domain/dataset.ts'
import { KEY, VALUE } from '../format.ts'
import type { Format, Place, Row, Shape, Sink } from '../format.ts'
import { has, hasAny, isAsin, needs, seconds, shown, text, textId, texts, WITHOUT_BUYER, WITHOUT_PRODUCT } from './cells.ts'

/** Tells a query with every target that its row's `cell` lists; rejects it without words or targets. */
export function tellTargets(
  query: { readonly id: string; readonly text: string; readonly split?: Split; readonly domain?: string }, cell: unknown,
  columns: { readonly query: string; readonly targets: string }, at: Place, sink: Sink,
): void {
  const targets = texts(cell)
  if (!needs(query.text, columns.query, 'a query without words ranks nothing', at, sink)) return
  if (targets === undefined) sink.reject(at, columns.targets, `${columns.targets} is "${shown(cell)}"; a list of product ids is needed`)
  else if (targets.length === 0) sink.reject(at, columns.targets, `${columns.targets} is empty; a query needs a product that is right for it`)
  else {
    for (const productId of targets) {
      sink.judgement({
        queryId: query.id, productId, label: 'E', text: query.text, whole: true,
        ...(query.split === undefined ? {} : { split: query.split }), ...(query.domain === undefined ? {} : { domain: query.domain }),
      }, at)
    }
  }
}

const isRl = (shape: Shape): boolean => hasAny(shape, 'reward_model', 'data_source')

export const AMAZON_C4: Format = {
  name: 'Amazon-C4',
  role: 'judgements',
  columns: ['qid', 'query', 'item_id'],
  matches: (shape) => has(shape, 'qid', 'query', 'item_id') && !isRl(shape),
  read(row, at, sink) {
    const query = text(row['query'])
    tellTargets({ id: text(row['qid']) || textId(query), text: query }, row['item_id'], { query: 'query', targets: 'item_id' }, at, sink)
  },
}

/** `{query, item_id: […]}`: no ids, so a query is known by its text. */
export const REC_R1_QUERIES: Format = {
  name: 'Rec-R1 query lists',
  role: 'judgements',
  columns: ['query', 'item_id'],
  matches: (shape) => has(shape, 'query', 'item_id') && !has(shape, 'qid') && !isRl(shape),
  read(row, at, sink) {
    const query = text(row['query'])
    tellTargets({ id: textId(query), text: query }, row['item_id'], { query: 'query', targets: 'item_id' }, at, sink)
  },
}

/** `{user_id, history_list, target}`. */
export const REC_R1_HISTORIES: Format = {
  name: 'Rec-R1 history lists',
  role: 'sequences',
  columns: ['user_id', 'history_list', 'target'],
  matches: (shape) => has(shape, 'user_id', 'history_list', 'target') && !isRl(shape),
  read: (row, at, sink) => { tellHistory(row, text(row['target']), 'target', {}, at, sink) },
}

const SOMEBODY = 'a history is somebody\'s'
const NEXT = 'the item to predict is needed'

export function tellHistory(
  row: Row, target: string, targetColumn: string,
  more: { readonly split?: Split; readonly domain?: string; readonly setting?: 'transductive' | 'inductive' }, at: Place, sink: Sink,
): void {
  const userId = text(row['user_id'])
  const items = texts(row['history_list'])
  if (!needs(userId, 'user_id', SOMEBODY, at, sink) || !needs(target, targetColumn, NEXT, at, sink)) return
  if (items === undefined) sink.reject(at, 'history_list', `history_list is "${shown(row['history_list'])}"; a list of product ids is needed`)
  else sink.sequence({ userId, items, target, ...more }, at)
}

/** A corpus as Rec-R1 indexes it: one text for each item, a title for Beauty only. Its own script writes `item` for `item_id`. */
export const REC_R1_CORPUS: Format = {
  name: 'Rec-R1 corpus',
  role: 'products',
  columns: ['item_id', 'item', 'category', 'metadata', 'title'],
  matches: (shape) => has(shape, 'metadata') && hasAny(shape, 'item_id', 'item') && !has(shape, '_id'),
  read(row, at, sink) {
    const id = text(row['item_id']) || text(row['item'])
    if (!needs(id, 'item_id', 'queries mean items by it', at, sink)) return
    const category = text(row['category'])
    if (category !== '') sink.category(id, category, at)
    sink.product({
      id, title: text(row['title']), description: text(row['metadata']), bullets: '', brand: '', color: '', ...(category === '' ? {} : { category }),
    }, at)
  },
}

/** One object from product id to shop department (`product_top_category.json`, `asin2category.json`); an id without one may be null. */
export const CATEGORY_MAP: Format = {
  name: 'product categories',
  role: 'categories',
  matches: ({ container, first }) => container === 'json' && first.length > 0
    && first.every((row) => typeof row[KEY] === 'string' && (row[VALUE] === null || typeof row[VALUE] === 'string'))
    && first.filter((row) => isAsin(text(row[KEY]))).length * 2 > first.length,
  read(row, at, sink) {
    const [id, category] = [text(row[KEY]), text(row[VALUE])]
    if (row[VALUE] !== null && typeof row[VALUE] !== 'string') {
      sink.reject(at, VALUE, `the category of "${shown(id)}" is "${shown(row[VALUE])}"; a text or null is needed`)
    } else if (id !== '' && category !== '') sink.category(id, category, at)
  },
}

const [USER, ITEM, LIST, TIME] = ['user_id:token', 'item_id:token', 'item_id_list:token_seq', 'timestamp:float'] as const

/** RecBole's sequences, from which Rec-R1 makes its lists. */
export const RECBOLE_SEQUENCES: Format = {
  name: 'RecBole sequences',
  role: 'sequences',
  columns: [USER, LIST, ITEM],
  matches: (shape) => has(shape, USER, LIST, ITEM),
  read(row, at, sink) {
    const [userId, target] = [text(row[USER]), text(row[ITEM])]
    if (!needs(userId, USER, SOMEBODY, at, sink) || !needs(target, ITEM, NEXT, at, sink)) return
    sink.sequence({ userId, items: text(row[LIST]).split(/\s+/).filter((item) => item !== ''), target }, at)
  },
}

export const RECBOLE_INTERACTIONS: Format = {
  name: 'RecBole interactions',
  role: 'interactions',
  columns: [USER, ITEM, TIME],
  matches: (shape) => has(shape, USER, ITEM) && !has(shape, LIST),
  read(row, at, sink) {
    const [userId, itemId] = [text(row[USER]), text(row[ITEM])]
    if (!needs(userId, USER, WITHOUT_BUYER, at, sink) || !needs(itemId, ITEM, WITHOUT_PRODUCT, at, sink)) return
    const time = seconds(row, TIME, at, sink)
    if (!Number.isNaN(time)) sink.interaction({ userId, itemId, time, rating: undefined }, at)
  },
}
