// A shop of a few products as ESCI's two shards, for tests of whole commands.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import type { Product } from '../src/domain/dataset.ts'

const KINDS = ['lamp', 'desk', 'shoe', 'tent', 'ball', 'crib'] as const
const COLOURS = ['red', 'blue', 'green', 'black'] as const

/** 24 products, every colour of every kind. */
export const SHOP: readonly Product[] = KINDS.flatMap((kind) => COLOURS.map((colour): Product => (
  { id: `B-${colour}-${kind}`, title: `${colour} ${kind}`, description: '', bullets: '', brand: '', color: '' })))

/** Writes products and examples into `folder`: a query asks for each of the products, and those of the last colour are the test. */
export function writeShop(folder: string): { readonly products: string; readonly examples: string } {
  const [products, examples] = [join(folder, 'products.parquet'), join(folder, 'examples.parquet')]
  const text = (name: string, data: readonly string[]) => ({ name, data: [...data], type: 'STRING' as const })
  const whole = (name: string, data: readonly number[]) => ({ name, data: data.map(BigInt), type: 'INT64' as const })
  writeFileSync(products, new Uint8Array(parquetWriteBuffer({
    columnData: [
      text('product_id', SHOP.map(({ id }) => id)), text('product_title', SHOP.map(({ title }) => title)),
      ...['product_description', 'product_bullet_point', 'product_brand', 'product_color'].map((name) => text(name, SHOP.map(() => ''))),
      text('product_locale', SHOP.map(() => 'us')),
    ],
  })))
  const kindOf = ({ title }: Product): string => title.split(' ')[1]!
  const rows = SHOP.flatMap((item, query) => SHOP.filter((other) => kindOf(other) === kindOf(item)).map(({ id }) => (
    { query, text: `${item.title} please`, id, label: id === item.id ? 'E' : 'S' })))
  writeFileSync(examples, new Uint8Array(parquetWriteBuffer({
    columnData: [
      whole('example_id', rows.map((_, row) => row)), text('query', rows.map((row) => row.text)), whole('query_id', rows.map(({ query }) => query)),
      text('product_id', rows.map(({ id }) => id)), text('product_locale', rows.map(() => 'us')), text('esci_label', rows.map(({ label }) => label)),
      whole('small_version', rows.map(() => 1)), whole('large_version', rows.map(() => 1)),
      text('split', rows.map(({ query }) => (query % 4 === 3 ? 'test' : 'train'))),
    ],
  })))
  return { products, examples }
}
