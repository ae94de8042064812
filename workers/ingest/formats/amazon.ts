// Amazon's products and purchases as published for 2014 (McAuley et al.), 2018 (Ni et al.) and 2023 (Hou et al.).
import type { Product } from '../../../src/domain/dataset.ts'
import type { Format, Place, Row, Shape, Sink } from '../format.ts'
import { amount, dated, factsOf, firstText, has, hasAny, isAsin, needs, number, picture, seconds, tagsOf, text, texts, WITHOUT_BUYER, WITHOUT_PRODUCT } from './cells.ts'

export const AMAZON_2023_METADATA: Format = {
  name: 'Amazon Reviews 2023 metadata',
  role: 'products',
  columns: ['parent_asin', 'title', 'features', 'description', 'store', 'categories', 'main_category', 'details', 'images', 'price', 'average_rating', 'rating_number'],
  matches: (shape) => has(shape, 'parent_asin') && !hasAny(shape, 'user_id', 'product_title')
    && hasAny(shape, 'title', 'main_category', 'features', 'store', 'categories', 'description'),
  read(row, at, sink) {
    const path = pathOf(row['categories'])
    const details = detailsOf(row['details'])
    const numbers = {
      price: priceOf(row['price'], at, sink), average_rating: amount(row['average_rating']), rating_number: amount(row['rating_number']),
      released: dated(details?.['Date First Available']),
    }
    tell(text(row['parent_asin']), 'parent_asin', {
      title: text(row['title']), description: text(row['description']), bullets: text(row['features']), brand: text(row['store']),
      color: text(details?.['Color']), ...imageOf(row['images']), ...factsOf(numbers, tagsOf(path)),
    }, path.at(-1) ?? text(row['main_category']), firstText(row, 'main_category') || path[0], at, sink)
  },
}

export const AMAZON_2018_METADATA: Format = {
  name: 'Amazon 2018 metadata',
  role: 'products',
  columns: ['asin', 'title', 'feature', 'description', 'brand', 'category', 'imageURL', 'image', 'price', 'rank', 'date'],
  matches: (shape) => isMetadata(shape) && !is2014(shape),
  read(row, at, sink) {
    const path = pathOf(row['category'])
    tell(text(row['asin']), 'asin', {
      title: text(row['title']), description: text(row['description']), bullets: text(row['feature']), brand: text(row['brand']), color: '',
      ...imageOf(row['imageURL'] ?? row['image']),
      ...factsOf({ price: priceOf(row['price'], at, sink), salesRank: rankOf(row['rank']), released: dated(row['date']) }, tagsOf(path)),
    }, path.at(-1), path[0], at, sink)
  },
}

export const AMAZON_2014_METADATA: Format = {
  name: 'Amazon 2014 metadata',
  role: 'products',
  columns: ['asin', 'title', 'description', 'brand', 'categories', 'imUrl', 'price', 'salesRank'],
  matches: (shape) => isMetadata(shape) && is2014(shape),
  read(row, at, sink) {
    const path = pathOf(row['categories'])
    tell(text(row['asin']), 'asin', {
      title: text(row['title']), description: text(row['description']), bullets: '', brand: text(row['brand']), color: '',
      ...imageOf(row['imUrl']),
      ...factsOf({ price: priceOf(row['price'], at, sink), salesRank: rankOf(row['salesRank']) }, tagsOf(Array.isArray(row['categories']) ? row['categories'].flat() : [])),
    }, path.at(-1), path[0], at, sink)
  },
}

function isMetadata(shape: Shape): boolean {
  return has(shape, 'asin') && !hasAny(shape, 'reviewerID', 'user_id', 'parent_asin', 'overall')
    && hasAny(shape, 'title', 'description', 'category', 'categories', 'brand', 'feature', 'imUrl')
}

/** 2014's files are Python literals with a list of category paths; 2018's are JSON with one path, features and `also_buy`. */
function is2014(shape: Shape): boolean {
  return !hasAny(shape, 'category', 'feature', 'also_buy', 'main_cat')
    && (shape.container === 'python' || hasAny(shape, 'categories', 'imUrl', 'related', 'salesRank'))
}

function tell(
  id: string, column: string, texts: Omit<Product, 'id' | 'category'>, category: string | undefined, department: string | undefined,
  at: Place, sink: Sink,
): void {
  if (!needs(id, column, 'a product without an id can\'t be judged or bought', at, sink)) return
  if (department !== undefined && department !== '') sink.category(id, department, at)
  sink.product({ id, ...texts, ...(category === undefined || category === '' ? {} : { category }) }, at)
}

function imageOf(cell: unknown): Pick<Product, 'image'> {
  const image = picture(cell)
  return image === '' ? {} : { image }
}

/** The first path of categories, from a path or a list of paths. */
function pathOf(cell: unknown): string[] {
  return texts(Array.isArray(cell) && Array.isArray(cell[0]) ? cell[0] : cell) ?? []
}

/** What of details is read at all: where they are a text, it is parsed for these only. */
const DETAILS = ['"Color"', '"Date First Available"'] as const

/** `details`, an object or its JSON. */
function detailsOf(details: unknown): Row | undefined {
  if (typeof details === 'object' && details !== null) return details as Row
  if (typeof details !== 'string' || !DETAILS.some((name) => details.includes(name))) return undefined
  try {
    return JSON.parse(details) as Row | null ?? undefined
  } catch {
    return undefined
  }
}

/** A price that is one amount; ranges and words are told of once. */
function priceOf(cell: unknown, at: Place, sink: Sink): number | undefined {
  const price = amount(cell)
  if (price === undefined && /\d/.test(text(cell))) sink.note?.(`${at.file}: prices that are no single amount, such as "${'$'}5.99 - ${'$'}12.00", are left out`)
  return price
}

/** The rank in the product's first shop: 2014 has `{"Beauty": 702078}`, 2018 texts such as "2,938,573 in Beauty &amp; Personal Care (". */
function rankOf(cell: unknown): number | undefined {
  if (typeof cell === 'number') return cell
  if (Array.isArray(cell) || typeof cell === 'string') {
    const [, digits] = /^>?#?([\d,]+) in /.exec((texts(cell) ?? [])[0] ?? '') ?? []
    return digits === undefined ? undefined : Number(digits.replaceAll(',', ''))
  }
  return typeof cell === 'object' && cell !== null ? Object.values(cell).find((rank): rank is number => typeof rank === 'number') : undefined
}

export const AMAZON_2023_REVIEWS: Format = {
  name: 'Amazon Reviews 2023 reviews',
  role: 'interactions',
  columns: ['user_id', 'parent_asin', 'asin', 'rating', 'timestamp'],
  matches: (shape) => has(shape, 'user_id', 'timestamp') && hasAny(shape, 'parent_asin', 'asin') && !has(shape, 'history'),
  read: (row, at, sink) => { tellEvent(row, 'user_id', ['parent_asin', 'asin'], 'timestamp', 'rating', at, sink) },
}

/** The benchmark's files: each purchase with all that its buyer bought before it, ids separated by spaces. */
export const AMAZON_2023_BENCHMARK: Format = {
  name: 'Amazon Reviews 2023 benchmark',
  role: 'sequences',
  columns: ['user_id', 'parent_asin', 'rating', 'timestamp', 'history'],
  matches: (shape) => has(shape, 'user_id', 'parent_asin', 'history'),
  read(row, at, sink) {
    const userId = text(row['user_id'])
    const target = text(row['parent_asin'])
    const time = seconds(row, 'timestamp', at, sink)
    if (Number.isNaN(time) || !needs(userId, 'user_id', WITHOUT_BUYER, at, sink)) return
    if (!needs(target, 'parent_asin', WITHOUT_PRODUCT, at, sink)) return
    const items = text(row['history']).split(/\s+/).filter((item) => item !== '')
    sink.sequence({ userId, items, target, ...(time === undefined ? {} : { time }) }, at)
  },
}

const OLD_REVIEW = ['reviewerID', 'asin', 'overall', 'unixReviewTime'] as const
const is2018Review = (shape: Shape): boolean => hasAny(shape, 'verified', 'vote', 'style', 'image')

export const AMAZON_2018_REVIEWS: Format = {
  name: 'Amazon 2018 reviews',
  role: 'interactions',
  columns: OLD_REVIEW,
  matches: (shape) => has(shape, 'reviewerID', 'asin') && is2018Review(shape),
  read: (row, at, sink) => { tellEvent(row, 'reviewerID', ['asin'], 'unixReviewTime', 'overall', at, sink) },
}

export const AMAZON_2014_REVIEWS: Format = {
  name: 'Amazon 2014 reviews',
  role: 'interactions',
  columns: OLD_REVIEW,
  matches: (shape) => has(shape, 'reviewerID', 'asin') && !is2018Review(shape),
  read: (row, at, sink) => { AMAZON_2018_REVIEWS.read(row, at, sink) },
}

function tellEvent(row: Row, user: string, itemColumns: readonly string[], timeColumn: string, ratingColumn: string, at: Place, sink: Sink): void {
  const userId = text(row[user])
  const itemId = firstText(row, ...itemColumns)
  if (!needs(userId, user, WITHOUT_BUYER, at, sink)) return
  if (!needs(itemId, itemColumns[0]!, WITHOUT_PRODUCT, at, sink)) return
  const time = seconds(row, timeColumn, at, sink)
  const rating = number(row[ratingColumn])
  if (!Number.isNaN(time)) sink.interaction({ userId, itemId, time, rating: Number.isFinite(rating) ? rating : undefined }, at)
}

/** "Ratings only" without a header: 2018's columns are item, user, rating, time; 2014's are user, item, rating, time. The ids tell which. */
export const AMAZON_2018_RATINGS: Format = ratings('Amazon 2018 ratings', '0', '1')
export const AMAZON_2014_RATINGS: Format = ratings('Amazon 2014 ratings', '1', '0')

function ratings(name: string, item: string, user: string): Format {
  const ordinal = (column: string): string => (column === '0' ? 'first' : 'second')
  return {
    name,
    role: 'interactions',
    columns: ['0', '1', '2', '3'],
    matches: (shape) => areRatings(shape) && asins(shape, item) > asins(shape, user),
    read(row, at, sink) {
      if (at.row === 1) {
        sink.note?.(`${at.file} names no columns; by their ids the ${ordinal(item)} was read as the item and the ${ordinal(user)} as the user`)
      }
      tellEvent(row, user, [item], '3', '2', at, sink)
    },
  }
}

const EARLIEST_TIME = 1e8

function areRatings({ container, columns, first }: Shape): boolean {
  if ((container !== 'csv' && container !== 'tsv') || columns.size !== 4 || first.length === 0) return false
  return ['0', '1', '2', '3'].every((column) => columns.has(column)) && first.every((row) => {
    const [rating, time] = [number(row['2']) ?? Number.NaN, number(row['3']) ?? Number.NaN]
    return rating >= 0 && rating <= 5 && time >= EARLIEST_TIME
  })
}

/** How many of the first rows have in `column` what looks like a product's id. */
function asins({ first }: Shape, column: string): number {
  return first.filter((row) => isAsin(text(row[column]))).length
}
