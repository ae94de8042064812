// What the papers show, from the page: an experiment is run by its button, with real training; its table stands, and goes elsewhere as Markdown.
import { readFile } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from './workbench.ts'

/** As little as trains: what is tested here is the way from a button to a table. */
const TINY = '#preset=sample&steps=2&sftSteps=2&sftBatch=4&promptsPerStep=4&groupSize=4&validationEvery=0&evaluationQueries=12&maxNewTokens=24&view=papers'

test('an experiment runs by its button, its table has intervals, and its report is saved as Markdown', async ({ page }) => {
  // seconds on a machine of its own; beside other work the software adapter takes its time
  test.setTimeout(300_000)
  await page.goto(`/${TINY}`)
  await page.getByRole('list', { name: 'Experiments' }).getByRole('button', { name: 'Products never relevant in training' }).click()
  const experiment = page.getByRole('region', { name: 'Experiment' })
  await experiment.getByRole('button', { name: 'Run all 2 runs' }).click()
  await expect(experiment.getByRole('progressbar', { name: 'Runs done' })).toBeVisible()
  const table = experiment.getByRole('table', { name: 'Results by method' })
  await expect(experiment.getByText('2 of 2 runs are done')).toBeVisible({ timeout: 240_000 })
  await expect(table.getByRole('row').filter({ hasText: 'RL' }).first()).toContainText(/\d\.\d{3}.* – \d\.\d{3}/)
  await expect(experiment.getByRole('region', { name: 'Verdict' })).toContainText(/On .+ \(\d+ rows, NDCG@10\)/)

  const [download] = await Promise.all([page.waitForEvent('download'), experiment.getByRole('button', { name: 'Save as Markdown' }).click()])
  expect(download.suggestedFilename()).toBe('cold-start.md')
  const saved = await readFile(await download.path(), 'utf8')
  expect(saved).toMatch(/^## Products never relevant in training\n/)
  expect(saved).toMatch(/\| Method \|.*NDCG@10/)

  // the runs are kept as any others, and the settings are those of before
  const kept = experiment.getByRole('button', { name: /^sample · sample policy · / })
  await experiment.getByText('2 of 2 runs are done').click()
  await expect(kept).toHaveCount(2)
  await expect(page).toHaveURL(/steps=2&/)
  await expect(page).not.toHaveURL(/stages=/)

  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than a narrow page').toBe(true)
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
})
