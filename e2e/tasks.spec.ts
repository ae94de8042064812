// Tasks other than search, on the embedded shop with the real engine: one is chosen, trained for a few steps, and looked at row by row.
import { AxeBuilder } from '@axe-core/playwright'
import { expect, shoot, test, Workbench } from './workbench.ts'

const SMALL = '&steps=2&promptsPerStep=2&groupSize=2&evaluationQueries=8&validationEvery=0'
const LOOKS = [{ size: { width: 1440, height: 900 }, scheme: 'light' }, { size: { width: 390, height: 844 }, scheme: 'dark' }] as const

test('a task on histories is chosen, trained for two steps, and a history, its answers and their thoughts are looked at', async ({ page }, info) => {
  test.setTimeout(240_000)
  const bench = new Workbench(page)
  const found: string[] = []
  const audit = async (view: string): Promise<void> => {
    for (const { size, scheme } of LOOKS) {
      await page.setViewportSize(size)
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      await page.waitForTimeout(300)
      const { violations } = await new AxeBuilder({ page }).analyze()
      found.push(...violations.map(({ id, nodes }) => `${view}, ${scheme}: ${id} at ${nodes.map(({ target }) => target.join(' ')).slice(0, 3).join('; ')}`))
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      if (excess > 0) found.push(`${view}, ${scheme}: ${excess} px too wide`)
      await shoot(page, info, `${view} ${scheme}`)
    }
    await page.setViewportSize(LOOKS[0].size)
    await page.emulateMedia({ colorScheme: 'light' })
  }

  await bench.ready('#preset=sample')
  await page.getByRole('button', { name: 'Change what the policy learns' }).click()
  await bench.sheet.getByRole('radio', { name: /^Next purchase by search/ }).check()
  await audit('tasks')
  await bench.sheet.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByLabel('Preset')).toHaveValue('sample-history')
  await expect(page.getByRole('region', { name: 'What will run' })).toContainText(/steps of 16 histories × 8 rollouts: [\d,]+ queries of \d+ training histories/)
  expect(new URL(page.url()).hash).toContain('preset=sample-history')

  await page.goto('about:blank')
  await bench.ready(`#preset=sample-history${SMALL}`)
  await bench.train.click()
  await expect(bench.phase).toHaveText('finished', { timeout: 90_000 })
  await expect(page.getByRole('region', { name: 'Watched query' })).toContainText('test history')

  await bench.goTo('Inspect')
  const history = page.getByRole('combobox', { name: 'History' })
  await expect(history).toHaveValue(/\d items, last .+; .+; .+/)
  const events = page.getByRole('list', { name: 'History, oldest first' }).getByRole('listitem')
  await expect(events.last()).toContainText(/\w{3} \d+, 20\d\d.*\d/)
  expect(await events.count()).toBeGreaterThan(3)
  await expect(page.getByRole('heading', { name: /What came next: 1 product/ })).toBeVisible()
  for (const name of ['Titles of the history', 'Starting policy', 'Current policy']) {
    await expect(page.getByRole('article', { name }), name).toContainText(/NDCG@10 \d\.\d{3}/)
  }
  // the rationale, with its length
  await expect(page.getByRole('article', { name: 'Current policy' }).locator('.thought')).toContainText(/\d words?/)
  await page.getByText('What the policy reads').click()
  await expect(page.locator('.case-prompt pre')).toContainText(/Bought: [a-z]/)

  const before = await history.inputValue()
  await history.fill(before.split(' ').at(-1)!)
  await history.press('ArrowDown')
  await history.press('ArrowDown')
  await history.press('Enter')
  await expect(history).not.toHaveValue(before)
  await expect(page.getByRole('article', { name: 'Current policy' })).toContainText(/NDCG@10 \d\.\d{3}/)
  await audit('a history')

  await page.goto('about:blank')
  await bench.ready(`#preset=sample-recllm&candidateCount=5${SMALL}`)
  await bench.goTo('Inspect')
  await expect(page.getByRole('list', { name: 'Candidates' }).getByRole('listitem')).toHaveCount(5)
  await expect(page.getByRole('article', { name: 'Candidates as given' }).getByRole('list', { name: 'The answer, in its order' }).getByRole('listitem')).toHaveCount(5)
  await expect(page.getByRole('article', { name: 'Starting policy' })).toContainText(/Recall@10 \d\.\d{3}/)
  await audit('a pool')
  expect(found).toEqual([])
})
