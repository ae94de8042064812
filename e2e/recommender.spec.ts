// What ranks: changed on the page, explained term by term, searched beside; and the query's Boolean words.
import { expect, shoot, test, Workbench } from './workbench.ts'

/** The number that a cell of the explanation shows. */
const number = (text: string): number => Number(text.replaceAll(',', '').replace('×', '').replace('−', '-'))

/** Shares of the open explanation, what they are multiplied by, and the score. */
async function explained(bench: Workbench): Promise<{ shares: number[]; factor: number; score: number }> {
  const table = bench.page.getByRole('dialog').locator('table.terms')
  await expect(table.getByText('adds up')).toBeVisible()
  const shares = (await table.locator('tbody td:last-child').allTextContents()).map(number)
  const foot = (await table.locator('tfoot td').allTextContents()).map(number)
  return { shares, factor: foot.length === 3 ? foot[1]! : 1, score: foot.at(-1)! }
}

const titles = (bench: Workbench) => bench.column('Original query').getByRole('listitem').locator('.title').allTextContents()

test('three scorings rank by their own names, and each score is the sum of its terms', async ({ page }, info) => {
  const bench = new Workbench(page)
  await bench.open()
  const card = bench.data.locator('.recommender')
  const first = bench.column('Original query').getByRole('listitem').first().getByRole('button')
  await bench.goTo('Inspect')
  await bench.query.fill('warm desk lamp charcoal rose')
  await bench.query.press('Enter')
  const orders: string[] = []
  for (const name of ['minisearch', 'bm25', 'lucene']) {
    await bench.goTo('Train')
    if (name !== 'minisearch') {
      await bench.data.getByRole('button', { name: 'Change the recommender' }).click()
      await bench.sheet.getByLabel('recommender', { exact: true }).selectOption(name)
      await bench.sheet.getByRole('button', { name: 'Done' }).click()
    }
    await expect(card.getByRole('heading')).toHaveText(`Recommender ${name}`)
    await bench.goTo('Inspect')
    await expect(page.getByRole('button', { name: 'Look again' })).toBeEnabled()
    await expect(bench.column('Original query').getByRole('listitem')).toHaveCount(8)
    await first.focus()
    await page.keyboard.press('Enter')
    const { shares, factor, score } = await explained(bench)
    const sum = shares.reduce((all, share) => all + share, 0) * factor
    expect(Math.abs(sum - score)).toBeLessThan(0.002 * score * shares.length)
    expect(number(await first.locator('.result-score').textContent() ?? '')).toBe(score)
    expect(factor > 1).toBe(name === 'minisearch')
    await shoot(page, info, `explained ${name}`)
    await page.keyboard.press('Escape')
    await expect(first).toBeFocused()
    orders.push(`${(await titles(bench)).join('|')} ${score}`)
  }
  expect(new Set(orders).size).toBe(3)
})

test('the search box finds beginnings and misspellings, suggests, and opens what it found', async ({ page }, info) => {
  const bench = new Workbench(page)
  await bench.open()
  await bench.goTo('Inspect')
  const box = page.getByRole('searchbox', { name: 'Search the catalogue' })
  await box.fill('whitebo')
  const hits = page.getByRole('list', { name: 'Products found' }).getByRole('listitem')
  await expect(hits.filter({ hasText: 'Whiteboard' }).first()).toBeVisible()
  await expect(page.getByRole('list', { name: 'Suggestions' })).toContainText('whiteboard')
  await page.getByLabel('beginnings of words').uncheck()
  await expect(hits).toHaveCount(0)
  await box.fill('whitebaord')
  await expect(hits.filter({ hasText: 'Whiteboard' }).first()).toBeVisible()
  await page.getByLabel('misspellings').uncheck()
  await expect(hits).toHaveCount(0)
  await page.getByLabel('misspellings').check()
  await shoot(page, info, 'search')
  await hits.filter({ hasText: 'Whiteboard' }).first().getByRole('button').click()
  await expect(page.getByRole('dialog')).toContainText('Whiteboard')
  await expect(page.getByRole('dialog')).toContainText('none of the query’s terms stands in this product')
})

test('a Boolean query is shown as it was read, and what was read past is told', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('#preset=sample&queryMode=boolean')
  await bench.goTo('Inspect')
  await bench.query.fill('(rose AND -charcoal whiteboard')
  await bench.query.press('Enter')
  const column = bench.column('Original query')
  await expect(column).toContainText('read as')
  await expect(column).toContainText('unbalanced (')
  await expect(column.getByRole('listitem').first()).toContainText(/rose|whiteboard/i)
})

test('the recommender of a run under way cannot be changed', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.ready()
  await bench.step.click()
  await bench.data.getByRole('button', { name: 'Change the recommender' }).click()
  await expect(bench.sheet).toContainText('A run is under way')
  await expect(bench.sheet.getByLabel('recommender', { exact: true })).toBeDisabled()
})

test('a server ranks: its reply and its failure are shown, and its header stays out of the address', async ({ page, context, baseURL }, info) => {
  const headers: (string | undefined)[] = []
  let up = true
  // a server on the page's own origin, so that no request leaves it
  await context.route('**/engine/**', async (route) => {
    headers.push(route.request().headers()['authorization'])
    const { queries } = route.request().postDataJSON() as { readonly queries: readonly string[] }
    if (!up) return route.fulfill({ status: 503, body: 'the index is being built' })
    return route.fulfill({ json: { rankings: queries.map(() => ({ ids: ['RGL26F73NX', 'nobody'], scores: [2.5, 1] })) } })
  })
  const bench = new Workbench(page)
  await bench.open(`#preset=sample&recommender=http&httpEngine=json&httpRetries=0&httpUrl=${encodeURIComponent(`${baseURL!}/engine/rank`)}`)
  await bench.goTo('Inspect')
  await expect(bench.column('Original query').getByRole('listitem')).toHaveCount(2)
  await expect(bench.column('Original query').getByRole('listitem').last()).toContainText('nobody')
  await bench.goTo('Train')
  await bench.data.getByRole('button', { name: 'Change the recommender' }).click()
  const server = bench.sheet.getByRole('region', { name: 'Server' })
  await server.getByLabel('Value of the header').fill('ApiKey secret')
  await server.getByRole('button', { name: 'Hold' }).click()
  await server.getByRole('button', { name: 'Send a test request' }).click()
  await expect(server.getByRole('status')).toContainText('RGL26F73NX')
  expect(headers.at(-1)).toBe('ApiKey secret')
  expect(page.url()).not.toContain('secret')
  up = false
  await server.getByRole('button', { name: 'Send a test request' }).click()
  await expect(server.getByRole('status')).toContainText('503')
  await expect(server).toContainText(/[1-9]\d* queries without a ranking/)
  await shoot(page, info, 'server')
})
