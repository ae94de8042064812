// The inspector: a judged query side by side, any typed one, a text of one's own, a checkpoint, why a product ranks, and pictures only where they are wanted.
import type { Locator, Page } from '@playwright/test'
import { expect, shoot, SMALL_RUN, test, Workbench } from './workbench.ts'

const THREE = ['Original query', 'Starting policy', 'Current policy'] as const

async function inspect(page: Page, query?: string): Promise<Workbench> {
  const bench = new Workbench(page)
  await bench.ready()
  await bench.goTo('Inspect')
  if (query !== undefined) {
    await bench.query.fill(query)
    await bench.query.press('Enter')
  }
  return bench
}

const add = async (page: Page, name: RegExp): Promise<void> => {
  await page.getByRole('button', { name: 'Add column' }).click()
  await page.getByRole('menuitem', { name }).click()
}

/** The products of a column, as they are drawn. */
const titles = (column: Locator): Promise<string[]> => column.locator('.results .title').allTextContents()

test('a judged query shows three rankings of eight, labels, moves, NDCG and where the relevant products landed', async ({ page }, info) => {
  const bench = await inspect(page)
  await bench.query.click()
  const options = page.getByRole('listbox', { name: 'Judged queries' }).getByRole('option')
  await expect(options.first()).toContainText('test')
  await bench.query.press('ArrowDown')
  await bench.query.press('ArrowDown')
  const chosen = await options.nth(1).locator('span').textContent()
  await bench.query.press('Enter')
  await expect(bench.query).toHaveValue(chosen!)
  for (const name of THREE) {
    await expect(bench.column(name)).toContainText(/NDCG@10 [01]\.\d{3}/)
    await expect(bench.column(name)).toContainText(/Recall@10 [01]\.\d{3}/)
    await expect(bench.column(name).getByRole('listitem')).toHaveCount(8)
  }
  await expect(page.locator('.relevant')).toContainText('Exact')
  await expect(page.locator('.result.judged').first()).toContainText(/Exact|Substitute|Complement|Irrelevant/)
  await expect(bench.column('Starting policy').locator('.move').first()).toHaveText(/[+−]\d|=|new/)
  await expect(bench.column('Original query').locator('.move').first()).toHaveText('')
  // before training the two policies are the same weights
  expect(await titles(bench.column('Current policy'))).toEqual(await titles(bench.column('Starting policy')))
  await expect(bench.column('Current policy')).toContainText('RBO 1.000 · 8 of 8 common: 8 unchanged, 0 up, 0 down', { useInnerText: true })
  await shoot(page, info, 'judged')
})

test('a typed query is answered by all three, and says that nobody judged it; one without any known word finds nothing and says so', async ({ page }, info) => {
  const bench = await inspect(page, 'quiet keyboard for a small desk')
  await expect(page.getByText('Nobody judged this query')).toBeVisible()
  for (const name of THREE) await expect(bench.column(name)).toContainText('NDCG@10 –')
  await expect(bench.column('Original query')).toContainText('quiet keyboard for a small desk')
  await expect(bench.column('Current policy').locator('.said')).toContainText('Whole output')
  await shoot(page, info, 'typed')
  await bench.query.fill('zzqx')
  await bench.query.press('Enter')
  await expect(bench.column('Original query')).toContainText('no product holds any of these words')
})

test('a text of one’s own and a checkpoint stand beside the policy, joined by lines, and are there again after a reload', async ({ page }, info) => {
  const bench = new Workbench(page)
  await bench.ready('#preset=sample&steps=2&promptsPerStep=2&groupSize=2&validationEvery=1&checkpointEvery=1&evaluationQueries=4')
  await bench.train.click()
  await expect(bench.phase).toHaveText('finished', { timeout: 30_000 })
  await bench.goTo('Inspect')
  await add(page, /^A text of your own/)
  const own = page.getByRole('article', { name: 'Your text' })
  const text = own.getByRole('textbox')
  await expect(text).toBeFocused()
  const query = await bench.query.inputValue()
  const last = query.split(' ').at(-1)!
  await text.fill(`${last} desk lamp`)
  await expect(own.locator('ins')).toHaveText(['desk', 'lamp'])
  await expect(own.locator('mark').first()).toHaveText(/desk|lamp/i)
  await expect(own.getByRole('listitem')).toHaveCount(8)
  expect(await titles(own)).not.toEqual(await titles(bench.column('Current policy')))
  await expect(page.locator('.lines path').first()).toBeAttached()
  await add(page, /^step 0/)
  const checkpoint = page.getByRole('article', { name: 'Checkpoint step 0' })
  await expect(checkpoint.getByRole('listitem')).toHaveCount(8)
  // the checkpoint of step 0 is the policy that training started from, to the letter
  await expect(checkpoint.locator('.rewrite')).toHaveText(await bench.column('Starting policy').locator('.rewrite').innerText())
  expect(await titles(checkpoint)).toEqual(await titles(bench.column('Starting policy')))

  // the same product is found again in the next column by its line and by the arrow keys
  await own.getByRole('listitem').first().getByRole('button').focus()
  await page.keyboard.press('ArrowDown')
  await expect(own.getByRole('listitem').nth(1).getByRole('button')).toBeFocused()
  await expect(page.locator('.lines path.hot').first()).toBeAttached()
  await page.keyboard.press('Enter')
  const why = page.getByRole('dialog', { name: 'Your text, rank 2' })
  await expect(why).toContainText('adds up')
  await why.getByLabel('compared with').selectOption('Original query')
  await expect(why.getByRole('columnheader', { name: 'difference' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(why).toHaveCount(0)
  await expect(own.getByRole('listitem').nth(1).getByRole('button')).toBeFocused()
  await shoot(page, info, 'five columns')

  await page.getByLabel('Products', { exact: true }).selectOption('100')
  // of a hundred rows those in sight are drawn, and every list is as long as all of them
  await expect.poll(() => bench.column('Original query').getByRole('listitem').count()).toBeLessThan(60)
  await page.getByRole('group', { name: 'Columns', exact: true }).evaluate((element) => { element.scrollTop = element.scrollHeight })
  await expect(bench.column('Original query').locator('[data-rank]').last()).toHaveAttribute('aria-setsize', /\d+/)

  await page.reload()
  await expect(page.getByRole('article', { name: 'Your text' }).getByRole('textbox')).toHaveValue(`${last} desk lamp`)
  await expect(page.getByRole('article')).toHaveCount(5)
  await expect(page.getByRole('article', { name: 'Checkpoint step 0' })).toContainText(/NDCG@10 [01]\.\d{3}/)
})

test('pictures are fetched only after a person wants them', async ({ page, baseURL }) => {
  const asked: string[] = []
  page.on('request', (request) => { if (request.url().includes('/pictures/')) asked.push(request.url()) })
  const bench = new Workbench(page)
  // settings that a person chose stay, the task among them: queries are typed
  await bench.open(SMALL_RUN)
  const product = (id: string, title: string): string => JSON.stringify({
    parent_asin: id, title, store: 'Lumo', main_category: 'Lamps', features: [], description: [], categories: [], details: {}, images: [{ thumb: `${baseURL}/pictures/${id}.png` }],
  })
  const review = (id: string, timestamp: number): string => JSON.stringify({ user_id: 'U', parent_asin: id, asin: id, rating: 5, timestamp, title: '', text: '' })
  const bytes = (...lines: readonly string[]): Uint8Array => new TextEncoder().encode(lines.join('\n'))
  await bench.drop('body', [
    { name: 'meta.jsonl', bytes: bytes(product('B1', 'Desk lamp'), product('B2', 'Floor lamp')) },
    { name: 'reviews.jsonl', bytes: bytes(review('B1', 1.6e12), review('B2', 1.61e12)) },
  ])
  await bench.readAndUse()
  await bench.goTo('Inspect')
  await bench.query.fill('lamp')
  await bench.query.press('Enter')
  await expect(bench.column('Original query').getByRole('listitem')).toHaveCount(2)
  expect(asked).toEqual([])
  await page.getByLabel('Pictures', { exact: true }).check()
  await expect.poll(() => new Set(asked)).toEqual(new Set(['B1', 'B2'].map((id) => `${baseURL}/pictures/${id}.png`)))
})
