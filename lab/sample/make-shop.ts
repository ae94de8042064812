// Command: npx tsx lab/sample/make-shop.ts [--seed N] [--out DIR] writes the embedded shop; the same seed writes the same bytes.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measure } from './measure.ts'
import { examplesParquet, interactionsParquet, itemsParquet, productsParquet, usersParquet } from './parquet.ts'
import { makeWorld } from './people.ts'
import { bestWording, makeShop, SHOP_SEED } from './shop.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(SHOP_SEED) },
    out: { type: 'string', default: fileURLToPath(new URL('../../public/sample/shop/', import.meta.url)) },
  },
})
const seed = Number(values.seed)
if (!Number.isSafeInteger(seed)) throw new Error(`--seed is ${values.seed}; a whole number is needed`)

const shop = makeShop(seed)
const world = makeWorld(shop, seed)
const files = {
  'products.parquet': productsParquet(shop), 'examples.parquet': examplesParquet(shop),
  'items.parquet': itemsParquet(world), 'interactions.parquet': interactionsParquet(world), 'users.parquet': usersParquet(world),
}
mkdirSync(values.out, { recursive: true })
for (const [name, bytes] of Object.entries(files)) {
  writeFileSync(join(values.out, name), new Uint8Array(bytes))
  console.error(`${name}: ${bytes.byteLength} bytes`)
}
const ndcg = await measure(shop, {
  original: (query) => query.text,
  best: (query) => bestWording(shop, query),
  everyWay: (query) => query.concepts.flatMap((concept) => concept.ways).join(' '),
})
console.log(JSON.stringify({ seed, products: shop.products.length, queries: shop.queries.length, 'ndcg@10': ndcg }))
