// Data of one's own: recognised, mapped, understood before it is used, kept over a reload, freed; and what is refused.
import { readFileSync } from 'node:fs'
import { expect, shoot, test, Workbench } from './workbench.ts'

const HOSTILE = '<img src="/nowhere.png" onerror="document.title=\'broken in\'">'
const COLOURS = ['red', 'green', 'blue', 'black', 'white', 'amber'] as const
const THINGS = ['lamp', 'kettle', 'stool', 'basket', 'curtain'] as const

const csv = (rows: readonly (readonly (string | number)[])[]): Uint8Array => (
  new TextEncoder().encode(rows.map((row) => row.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(',')).join('\n')))

/** A shop of thirty things under column names of its own, the first with markup in its name. */
const shop = csv([
  ['sku', 'label', 'words', 'tint'],
  ...THINGS.flatMap((thing, at) => COLOURS.map((colour, no) => (
    [`P${at}${no}`, `${colour} ${thing}${at + no === 0 ? ` ${HOSTILE}` : ''}`, `a ${colour} ${thing} for every room`, colour]))),
])
const WRONG_LABELS = 120
/** Every colour and thing asked for once; then rows with a label that nobody knows. */
const examples = csv([
  ['query_id', 'query', 'product_id', 'product_locale', 'esci_label', 'small_version', 'split'],
  ...THINGS.flatMap((thing, at) => COLOURS.flatMap((colour, no) => [
    [`q${at}${no}`, `${thing} in ${colour}`, `P${at}${no}`, 'us', 'E', 1, no % 3 === 0 ? 'test' : 'train'],
    [`q${at}${no}`, `${thing} in ${colour}`, `P${at}${(no + 1) % COLOURS.length}`, 'us', 'S', 1, no % 3 === 0 ? 'test' : 'train'],
  ])),
  ...Array.from({ length: WRONG_LABELS }, (_, row) => [`w${row}`, `odd ${row}`, 'P00', 'us', `X${row}`, 1, 'train']),
])

test('an unknown table is read as a person maps it, shown before it is used, kept over a reload, and freed', async ({ page }, info) => {
  const bench = new Workbench(page)
  await bench.open()
  await bench.drop('body', [{ name: 'shop.csv', bytes: shop }, { name: 'examples.csv', bytes: examples }])
  const sheet = bench.sheet
  await expect(sheet.getByRole('row', { name: /^examples\.csv/ })).toContainText('ESCI examples')
  const mapping = sheet.getByRole('group', { name: 'What shop.csv holds' })
  await mapping.getByLabel('product id').selectOption('sku')
  await mapping.getByLabel('title').selectOption('')
  await expect(sheet.getByRole('button', { name: 'Read 2 files' })).toBeDisabled()
  await mapping.getByLabel('title').selectOption('label')
  await mapping.getByLabel('description').selectOption('words')
  await expect(mapping.getByRole('cell', { name: /onerror/ })).toBeVisible()
  await sheet.getByLabel('Name of the data set').fill('things')
  await shoot(page, info, 'mapping')
  await sheet.getByRole('button', { name: 'Read 2 files' }).click()

  const refused = sheet.getByRole('region', { name: 'Refused rows' })
  await expect(refused).toContainText(`${WRONG_LABELS} rows refused`)
  await expect(refused.getByRole('table').last().getByRole('row')).toHaveCount(101)
  await expect(refused.getByRole('row', { name: /^examples\.csv 61 / })).toContainText('X0')
  const downloading = page.waitForEvent('download')
  await refused.getByRole('button', { name: `Download all ${WRONG_LABELS}` }).click()
  const saved = readFileSync(await (await downloading).path(), 'utf8')
  const lines = saved.trim().split('\n').map((line) => JSON.parse(line) as { readonly row: number; readonly reason: string })
  expect(lines.map(({ row }) => row)).toEqual(Array.from({ length: WRONG_LABELS }, (_, row) => 61 + row))
  expect(lines.at(-1)!.reason).toContain(`X${WRONG_LABELS - 1}`)
  await expect(sheet).toContainText('30 20 train · 10 test')
  await shoot(page, info, 'understood')
  await sheet.getByRole('button', { name: 'Use', exact: true }).click()

  await expect(bench.data.getByRole('heading', { name: 'things' })).toBeVisible()
  await bench.goTo('Inspect')
  await bench.query.fill('red lamp')
  await bench.query.press('Enter')
  await expect(bench.column('Original query').getByText('onerror').first()).toBeVisible()
  expect(await page.locator('img').count()).toBe(0)
  await expect(page).toHaveTitle('Rec-R1 Workbench')

  await page.reload()
  await bench.goTo('Train')
  await expect(bench.data.getByRole('heading', { name: 'things' })).toBeVisible()
  await bench.data.getByRole('button', { name: '2 data sets' }).click()
  await sheet.getByRole('button', { name: 'Remove things …' }).click()
  await shoot(page, info, 'datasets')
  await sheet.getByRole('button', { name: 'Remove things', exact: true }).click()
  await expect(sheet.getByRole('row', { name: /^things/ })).toHaveCount(0)
  await sheet.getByRole('button', { name: 'Close' }).click()
  await expect(bench.data.getByRole('heading', { name: 'sample' })).toBeVisible()
})

test('a cut file is refused by name, and what is loaded goes on', async ({ page }, info) => {
  const bench = new Workbench(page)
  await bench.open()
  const whole = readFileSync(new URL('../public/sample/shop/products.parquet', import.meta.url))
  await bench.drop('body', [{ name: 'cut.parquet', bytes: whole.subarray(0, whole.length / 2) }])
  await expect(bench.sheet.getByRole('alert')).toContainText('cut.parquet')
  await shoot(page, info, 'refused')
  await bench.sheet.getByRole('button', { name: 'Close' }).click()
  await expect(bench.data.getByRole('heading', { name: 'sample' })).toBeVisible()
  await bench.goTo('Inspect')
  await expect(bench.column('Original query').getByRole('listitem')).toHaveCount(8)
})

test('result files are measured again, and a value that does not follow from its ranking is told', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open()
  const entry = (at: number, ndcg: number) => [`q${at}`, { retrieved: ['a', 'b', 'c'], target: ['b'], 'ndcg@100': ndcg, 'recall@10': 1 }] as const
  const right = 1 / Math.log2(3)
  const results = JSON.stringify(Object.fromEntries([entry(0, right), entry(1, right), entry(2, 0.5)]))
  await bench.drop('body', [{ name: 'results_mine.json', bytes: new TextEncoder().encode(results) }])
  await bench.sheet.getByRole('button', { name: 'Check 1 file' }).click()
  const rows = bench.sheet.getByRole('row', { name: /^results_mine\.json/ })
  await expect(rows.filter({ hasText: 'ndcg@100' }).getByRole('cell')).toHaveText(['results_mine.json', 'ndcg@100', '0.5873', '0.6309', '2', '3'])
  await expect(rows.filter({ hasText: 'recall@10' }).getByRole('cell')).toHaveText(['results_mine.json', 'recall@10', '1.0000', '1.0000', '3', '3'])
})
