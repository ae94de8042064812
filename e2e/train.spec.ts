// A run on the embedded sample, by its four buttons, with the real engine.
import { expect, shoot, SMALL_RUN, test, Workbench } from './workbench.ts'

test('Step does one step and pauses, and Reset brings the same first step again', async ({ page }, info) => {
  const bench = new Workbench(page)
  await bench.ready()
  await bench.step.click()
  await expect(bench.phase).toHaveText('paused', { timeout: 90_000 })
  await expect(page.locator('.standing')).toContainText('step 1 of 4')
  const reward = await bench.value('reward').textContent()
  expect(Number(reward?.replace('−', '-'))).not.toBeNaN()
  await shoot(page, info, 'one step')

  await bench.reset.click()
  await expect(bench.phase).toHaveText('ready')
  await expect(page.getByRole('region', { name: 'What will run' })).toContainText('4 steps of 4 queries × 4 rollouts: 64 rewrites')
  await expect(page.getByRole('region', { name: 'What will run' })).toContainText(/A step takes ?(not known yet|\d)/)

  await bench.step.click()
  await expect(bench.phase).toHaveText('paused', { timeout: 90_000 })
  await expect(bench.value('reward')).toHaveText(reward!)
})

test('a run pauses, goes on and ends with the test queries measured before and after', async ({ page }, info) => {
  test.setTimeout(300_000)
  const bench = new Workbench(page)
  await bench.ready()
  await bench.train.click()
  await expect(bench.value('reward')).not.toHaveText('–', { timeout: 90_000 })
  await bench.pause.click()
  await expect(bench.phase).toHaveText('paused', { timeout: 60_000 })
  const standing = await page.locator('.standing').textContent()
  await page.waitForTimeout(1500)
  expect(await page.locator('.standing').textContent()).toBe(standing)
  await shoot(page, info, 'paused')

  await bench.train.click()
  await expect(bench.phase).toHaveText('finished', { timeout: 240_000 })
  for (const curve of ['reward', 'validation', 'format', 'kl', 'entropy', 'gradient', 'gap']) {
    await bench.value(curve).scrollIntoViewIfNeeded()
    await expect(bench.value(curve), curve).toHaveText(/\d/)
    await expect(page.locator(`[data-curve=${curve}] .recharts-line-curve`).first(), curve).toBeAttached()
  }
  await expect(page.locator('[data-curve=clip]')).toContainText('on-policy: clip inactive')
  expect(Number(await bench.value('gap').textContent())).toBeLessThanOrEqual(1e-4)

  await page.getByRole('tab', { name: 'Test result' }).click()
  const table = page.getByRole('table')
  for (const name of ['Original query', 'Starting policy', 'Trained policy']) {
    await expect(table.getByRole('row', { name })).toContainText(/0\.\d{3} to 0\.\d{3}/)
  }
  await expect(page.getByRole('list', { name: 'Gain of the trained policy on test NDCG@10' })).toContainText(/95 % interval .* p /)
  await shoot(page, info, 'finished')

  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save' }).first().click()])
  expect(download.suggestedFilename()).toMatch(/\.(safetensors|json)$/)
})

test('the settings are searched, changed and set back, and stand in the address, which brings them and the place back', async ({ page, context }, info) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const bench = new Workbench(page)
  await bench.ready(SMALL_RUN)
  await page.getByRole('tab', { name: 'Settings' }).click()
  const search = page.getByRole('searchbox', { name: 'Search settings' })
  await search.fill('group size')
  await expect(page.getByLabel('groupSize', { exact: true })).toBeVisible()
  await expect(page.getByLabel('learningRate', { exact: true })).toHaveCount(0)
  await page.getByLabel('groupSize', { exact: true }).fill('6')
  await expect(page).toHaveURL(/groupSize=6/)
  await search.fill('')
  await page.getByLabel('learningRate', { exact: true }).fill('fast')
  await expect(page.getByRole('alert')).toContainText('setting learningRate is')
  await expect(page).not.toHaveURL(/fast/)
  await page.getByLabel('Only changed').check()
  await expect(page.getByLabel('learningRate', { exact: true })).toHaveCount(0)
  await page.getByText(/^\d changed against preset sample$/).click()
  await page.getByRole('button', { name: 'Set back validationEvery to 10' }).click()
  await expect(page).not.toHaveURL(/validationEvery/)
  await shoot(page, info, 'settings')

  await page.getByRole('button', { name: 'Copy link' }).click()
  await expect(page.getByText('Link copied')).toBeVisible()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  await page.goto('about:blank')
  await page.goto(`${link}&view=inspect`)
  await expect(page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: 'Inspect' })).toHaveAttribute('aria-current', 'page')
  await bench.goTo('Train')
  await expect(page.getByLabel('groupSize', { exact: true })).toHaveValue('6')
  await expect(page.getByLabel('promptsPerStep', { exact: true })).toHaveValue('4')
  await page.goto(`/#preset=sample&data=mine&hash=${'ab'.repeat(32)}&files=examples.parquet`)
  await expect(page.getByText('the address is of the data set mine (abababababab…), which this browser does not keep. Add examples.parquet')).toBeVisible()
  await expect(page).toHaveURL(/hash=abab/)
})

test('a tab that draws no frames keeps training, as a hidden one must', async ({ page }) => {
  await page.addInitScript(() => { globalThis.requestAnimationFrame = () => 0 })
  const bench = new Workbench(page)
  await bench.open('#preset=sample&steps=200&promptsPerStep=4&groupSize=4&validationEvery=0')
  await expect(bench.train).toBeEnabled()
  await bench.train.click()
  await expect.poll(() => bench.stepsDone(), { timeout: 100_000 }).toBeGreaterThanOrEqual(3)
})
