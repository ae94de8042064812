// The shop as ESCI publishes shops: two Parquet files with its columns, types and names (amazon-science/esci-data), snappy; its people beside it.
import { parquetWriteBuffer } from 'hyparquet-writer'
import type { Product } from '../../src/domain/dataset.ts'
import type { World } from './people.ts'
import type { Shop } from './shop.ts'

/** whole numbers are bigints; a number is a real one */
type Cell = string | bigint | number | null
type Columns = Readonly<Record<string, readonly Cell[]>>
type SchemaElement = NonNullable<Parameters<typeof parquetWriteBuffer>[0]['schema']>[number]

/** Rows of a row group; more than one group, as in real shards. */
const ROW_GROUP = 1000
const LOCALE = 'us'

/** The catalogue's shard; absent text is null, as in ESCI. */
export function productsParquet(shop: Shop): ArrayBuffer {
  const texts = (field: Exclude<keyof Product, 'category' | 'image' | 'tags' | 'numbers'>): Cell[] => shop.products.map((product) => (product[field] === '' ? null : product[field]))
  return write({
    product_id: texts('id'), product_title: texts('title'), product_description: texts('description'), product_bullet_point: texts('bullets'),
    product_brand: texts('brand'), product_color: texts('color'), product_locale: shop.products.map(() => LOCALE),
  })
}

/** The judgements' shard: one row each, in the queries' order. */
export function examplesParquet(shop: Shop): ArrayBuffer {
  const rows = shop.queries.flatMap((query) => query.judgements.map((judgement) => ({ query, judgement })))
  return write({
    example_id: rows.map((_, row) => BigInt(row)),
    query: rows.map(({ query }) => query.text),
    query_id: rows.map(({ query }) => BigInt(query.id)),
    product_id: rows.map(({ judgement }) => judgement.productId),
    product_locale: rows.map(() => LOCALE),
    esci_label: rows.map(({ judgement }) => judgement.label),
    small_version: rows.map(() => 1n),
    large_version: rows.map(() => 1n),
    split: rows.map(({ query }) => query.split),
  })
}

/** What the shop knows of its products besides their texts; tags are separated by `|`. */
export function itemsParquet({ facts }: World): ArrayBuffer {
  const whole = (field: 'stock' | 'released' | 'likes' | 'comments' | 'shares'): Cell[] => facts.map((item) => BigInt(item[field]))
  return write({
    product_id: facts.map(({ id }) => id), department: facts.map(({ department }) => department), category: facts.map(({ category }) => category), price: facts.map(({ price }) => price), margin: facts.map(({ margin }) => margin),
    stock: whole('stock'), released: whole('released'), likes: whole('likes'), comments: whole('comments'), shares: whole('shares'),
    tags: facts.map(({ tags }) => tags.join('|')),
  })
}

/** What was bought: one row each, person by person. */
export function interactionsParquet({ people }: World): ArrayBuffer {
  const rows = people.flatMap(({ id, purchases }) => purchases.map((purchase) => ({ id, ...purchase })))
  return write({
    user_id: rows.map(({ id }) => id), item_id: rows.map(({ item }) => item.id), timestamp: rows.map(({ time }) => BigInt(time)), strength: rows.map(({ rating }) => rating),
  })
}

/** Who bought. */
export function usersParquet({ people }: World): ArrayBuffer {
  return write({
    user_id: people.map(({ id }) => id), age: people.map(({ age }) => BigInt(age)), gender: people.map(({ gender }) => gender),
    city_tier: people.map(({ cityTier }) => BigInt(cityTier)), interests: people.map(({ interests }) => interests.join(', ')), split: people.map(({ split }) => split),
  })
}

/** Columns of text, of 64-bit whole numbers and of doubles, all optional, as pyarrow writes ESCI's. */
function write(columns: Columns): ArrayBuffer {
  const names = Object.keys(columns)
  const schema: SchemaElement[] = [
    { name: 'schema', repetition_type: 'REQUIRED', num_children: names.length },
    ...names.map((name): SchemaElement => {
      const kind = typeof columns[name]!.find((cell) => cell !== null)
      if (kind === 'bigint' || kind === 'number') return { name, type: kind === 'bigint' ? 'INT64' : 'DOUBLE', repetition_type: 'OPTIONAL' }
      return { name, type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL', converted_type: 'UTF8', logical_type: { type: 'STRING' } }
    }),
  ]
  return parquetWriteBuffer({
    columnData: names.map((name) => ({ name, data: [...columns[name]!] })), schema, codec: 'SNAPPY', rowGroupSize: ROW_GROUP, createdBy: 'rec-r1-workbench sample shop',
  })
}
