// A user's own shards: dropped, counted, refused, cancelled, trained on; and text of a shard is never markup.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parquetReadObjects } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, shoot, test, Workbench } from './workbench.ts'

const root = join(import.meta.dirname, '..')
const SAMPLE = join(root, 'public/sample/shop')
const ESCI = join(root, '../shared/data/esci')
const HOSTILE = '<img src="/nowhere.png" onerror="document.title=\'broken in\'">'

type Cell = string | number | bigint | boolean | null
type Rows = readonly Readonly<Record<string, Cell>>[]

async function rowsOf(path: string): Promise<Rows> {
  const bytes = readFileSync(path)
  return await parquetReadObjects({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) }) as Rows
}

function parquet(rows: Rows): Uint8Array {
  const columns = Object.keys(rows[0]!).map((name) => {
    const data = rows.map((row) => row[name]!)
    return { name, data, ...(data.every((value) => value === null || typeof value === 'string') ? { type: 'STRING' as const } : {}) }
  })
  return new Uint8Array(parquetWriteBuffer({ columnData: columns }))
}

/** A small shop out of the sample's own shards: some queries, all that was judged for them, and one hostile title. */
async function smallShop() {
  const examples = await rowsOf(join(SAMPLE, 'examples.parquet'))
  const ids = new Set([...new Set(examples.map((row) => row['query_id']))].filter((_, at) => at % 10 === 0))
  const judged = examples.filter((row) => ids.has(row['query_id']!))
  const wanted = new Set(judged.map((row) => row['product_id']))
  const products = (await rowsOf(join(SAMPLE, 'products.parquet'))).filter((row) => wanted.has(row['product_id']!))
  const hostile = products.map((row, at) => (at === 0 ? { ...row, product_title: `${String(row['product_title'])} ${HOSTILE}` } : row))
  return { queries: ids.size, judgements: judged.length, products: hostile, examples: judged }
}

test('two small shards dropped on the page replace the shop, and a step is trained on them', async ({ page }, info) => {
  const shop = await smallShop()
  const bench = new Workbench(page)
  await bench.ready()
  const [examples, products] = [parquet(shop.examples), parquet(shop.products)]
  await bench.drop('body', [{ name: 'my_examples.parquet', bytes: examples }, { name: 'my_products.parquet', bytes: products }])
  await bench.readAndUse()
  await expect(bench.data.getByRole('heading', { name: 'my_examples + my_products' })).toBeVisible()
  await expect(bench.data).toContainText(`Products${shop.products.length}`)
  await expect(bench.data).toContainText(`Queries${shop.queries} `)
  await shoot(page, info, 'dropped')
  await bench.step.click()
  await expect(bench.phase).toHaveText('paused', { timeout: 90_000 })
  await bench.showRollouts()
  await expect(bench.rollouts).toContainText('step 1')
})

test('text of a shard is shown as text, never as markup', async ({ page }) => {
  const { products, examples } = await smallShop()
  const bench = new Workbench(page)
  await bench.ready()
  await bench.drop('main', [{ name: 'products.parquet', bytes: parquet(products) }, { name: 'examples.parquet', bytes: parquet(examples) }])
  await bench.readAndUse()
  await expect(bench.data.getByRole('heading', { name: 'products + examples' })).toBeVisible()
  await bench.goTo('Inspect')
  await bench.query.fill(String(products[0]!['product_title']))
  await bench.query.press('Enter')
  await expect(bench.column('Original query').getByText('onerror').first()).toBeVisible()
  await expect(page).toHaveTitle('Rec-R1 Workbench')
  expect(await page.locator('img').count()).toBe(0)
})

test('files that are no shards are refused by name, and the shop that was loaded stays', async ({ page }, info) => {
  const bench = new Workbench(page)
  await bench.ready()
  await bench.choose([{ name: 'holiday.parquet', mimeType: '', buffer: Buffer.from('PAR1 is not a parquet file at all') }])
  await expect(bench.sheet.getByRole('alert')).toContainText('holiday.parquet')
  await shoot(page, info, 'refused')
  await bench.sheet.getByRole('button', { name: 'Close' }).click()
  await expect(bench.data.getByRole('heading', { name: 'sample' })).toBeVisible()
  await expect(bench.train).toBeEnabled()
})

test('products without examples are refused, and what is missing is named', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open()
  await bench.choose(join(SAMPLE, 'products.parquet'))
  await bench.sheet.getByRole('button', { name: 'Read 1 file' }).click()
  await expect(bench.sheet.getByRole('alert')).toContainText(/example/i)
})

test('shards cannot replace the shop under a run', async ({ page }) => {
  const shop = await smallShop()
  const bench = new Workbench(page)
  await bench.ready()
  await bench.step.click()
  await expect(bench.phase).toHaveText('paused', { timeout: 90_000 })
  await bench.drop('body', [{ name: 'p.parquet', bytes: parquet(shop.products) }, { name: 'e.parquet', bytes: parquet(shop.examples) }])
  await bench.sheet.getByRole('button', { name: 'Read 2 files' }).click()
  await bench.sheet.getByRole('button', { name: 'Use', exact: true }).click()
  await expect(bench.sheet.getByRole('alert')).toContainText('a run on sample is under way')
})

test('the real ESCI sample is dropped, inspected and trained on for a step', async ({ page }, info) => {
  test.skip(!existsSync(ESCI), 'left out: ../shared/data/esci is not beside the repository')
  test.setTimeout(240_000)
  const bench = new Workbench(page)
  await bench.ready()
  await bench.choose(['products', 'examples'].map((half) => join(ESCI, `shopping_queries_dataset_${half}.parquet`)))
  await bench.readAndUse()
  await expect(bench.data.getByRole('heading', { name: 'shopping_queries_dataset' })).toBeVisible({ timeout: 60_000 })
  await bench.goTo('Inspect')
  await expect(bench.column('Original query').getByRole('listitem')).toHaveCount(8)
  await shoot(page, info, 'esci')
  await bench.goTo('Train')
  await bench.step.click()
  await expect(bench.phase).toHaveText('paused', { timeout: 180_000 })
  await bench.showRollouts()
  await expect(bench.rollouts).toContainText('step 1')
  await shoot(page, info, 'esci step')
})
