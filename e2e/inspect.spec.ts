// The inspector: a judged query side by side, and any typed one.
import { expect, shoot, test, Workbench } from './workbench.ts'

test('a judged query shows three rankings of eight, labels, moves, NDCG and where the relevant products landed', async ({ page }, info) => {
  const bench = new Workbench(page)
  await bench.ready()
  await bench.query.click()
  const options = page.getByRole('listbox', { name: 'Judged queries' }).getByRole('option')
  await expect(options.first()).toContainText('test')
  await bench.query.press('ArrowDown')
  await bench.query.press('ArrowDown')
  const chosen = await options.nth(1).locator('span').textContent()
  await bench.query.press('Enter')
  await expect(bench.query).toHaveValue(chosen!)
  for (const name of ['Original query', 'Starting policy', 'Current policy'] as const) {
    await expect(bench.column(name)).toContainText(/NDCG@100 [01]\.\d{3}/)
    await expect(bench.column(name).getByRole('listitem')).toHaveCount(8)
  }
  await expect(page.locator('.relevant')).toContainText('Exact')
  await expect(page.locator('.result.judged').first()).toContainText(/Exact|Substitute|Complement|Irrelevant/)
  await expect(bench.column('Starting policy').locator('.move').first()).toHaveText(/[▲▼=]|new/)
  // before training the two policies are the same weights
  const written = (name: 'Starting policy' | 'Current policy'): Promise<string[]> => bench.column(name).locator('.results .title').allTextContents()
  expect(await written('Current policy')).toEqual(await written('Starting policy'))
  await shoot(page, info, 'judged')
})

test('a typed query is answered by all three, and says that nobody judged it', async ({ page }, info) => {
  const bench = new Workbench(page)
  await bench.ready()
  await bench.query.fill('quiet keyboard for a small desk')
  await bench.query.press('Enter')
  await expect(page.getByText('Nobody judged this query')).toBeVisible()
  for (const name of ['Original query', 'Starting policy', 'Current policy'] as const) await expect(bench.column(name)).toContainText('NDCG@100 –')
  await expect(bench.column('Original query')).toContainText('quiet keyboard for a small desk')
  await expect(bench.column('Current policy').locator('.said')).toContainText('Whole output')
  await shoot(page, info, 'typed')
})

test('a query without any known word finds nothing and says so', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.ready()
  await bench.query.fill('zzqx')
  await bench.query.press('Enter')
  await expect(bench.column('Original query')).toContainText('no product holds any of these words')
})
