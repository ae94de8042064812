// A new user's path from the open page to an exported Figure 5, with real training: its interactions counted, every state audited and pictured.
import { readFile } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, shoot, SMALL_RUN, test, Workbench } from './workbench.ts'

const MOST_INTERACTIONS = 9

const LOOKS = [
  { name: 'wide light', size: { width: 1440, height: 900 }, scheme: 'light' },
  { name: 'wide dark', size: { width: 1440, height: 900 }, scheme: 'dark' },
  { name: 'narrow light', size: { width: 390, height: 844 }, scheme: 'light' },
  { name: 'narrow dark', size: { width: 390, height: 844 }, scheme: 'dark' },
] as const
/** Both schemes and both widths are audited in two looks; EVERY_LOOK=1 audits and pictures all four. */
const looks = process.env['EVERY_LOOK'] === undefined ? [LOOKS[0], LOOKS[3]] : LOOKS

test('a new user trains, inspects and exports a figure in a few presses, and no view violates an accessibility rule', async ({ page }, info) => {
  test.setTimeout(600_000)
  const bench = new Workbench(page)
  const found: string[] = []
  /** Audits what stands on the page in every look, and keeps a picture of each. */
  const state = async (view: string): Promise<void> => {
    for (const { name, size, scheme } of looks) {
      await page.setViewportSize(size)
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      // charts and virtual lists follow the size
      await page.waitForTimeout(400)
      const { violations } = await new AxeBuilder({ page }).analyze()
      found.push(...violations.map(({ id, help, nodes }) => `${view}, ${name}: ${id} (${help}) at ${nodes.map(({ target }) => target.join(' ')).slice(0, 3).join('; ')}`))
      await shoot(page, info, `${view} ${name}`)
      // nothing may stick out at the side
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      if (excess > 0) found.push(`${view}, ${name}: the page is ${excess} px wider than its window`)
    }
    await page.setViewportSize(LOOKS[0].size)
    await page.emulateMedia({ colorScheme: 'light' })
  }
  let interactions = 0
  const press = async (button: ReturnType<typeof page.locator>): Promise<void> => {
    interactions++
    await button.click()
  }

  await page.addInitScript(() => localStorage.removeItem('rec-r1-workbench toured'))
  await bench.ready(SMALL_RUN)
  const tour = page.getByRole('complementary', { name: 'Tour' })
  await expect(tour).toContainText('A shop is open')
  await state('first visit')
  // the tour stands in nobody's way
  await bench.train.click({ trial: true })
  await press(tour.getByRole('button', { name: 'Skip the tour' }))
  await state('train, ready')
  await press(bench.train)
  await expect(bench.value('reward')).toHaveText(/\d/, { timeout: 120_000 })
  // held for its picture: no part of the path
  await bench.pause.click()
  await expect(bench.phase).toHaveText('paused', { timeout: 60_000 })
  await state('train, under way')
  await bench.train.click()
  await expect(bench.phase).toHaveText('finished', { timeout: 240_000 })
  await state('train, finished')
  interactions++
  await bench.goTo('Inspect')
  await expect(bench.column('Current policy').getByRole('list').first()).toBeVisible()
  await state('inspect')
  const row = page.getByRole('region', { name: 'All queries' }).getByRole('row').nth(4)
  await press(row)
  await expect(page.getByRole('article')).toHaveCount(3)
  interactions++
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save figure' }).click()])
  const figure = await readFile(await download.path(), 'utf8')
  expect(download.suggestedFilename()).toMatch(/\.html$/)
  console.log(`interactions from the open page to an exported figure: ${interactions}`)
  expect(interactions).toBeLessThanOrEqual(MOST_INTERACTIONS)

  // the figure stands alone: no script, nothing from elsewhere, and it is accessible too
  expect(figure).not.toMatch(/<script|src="http|@import/i)
  const opened = await page.context().newPage()
  await opened.setContent(figure)
  for (const column of ['Original query', 'Starting policy', 'Current policy']) await expect(opened.getByText(column).first()).toBeVisible()
  found.push(...(await new AxeBuilder({ page: opened }).analyze()).violations.map(({ id, help }) => `the exported figure: ${id} (${help})`))
  await shoot(opened, info, 'the exported figure')
  await opened.close()

  // what the path does not pass
  for (const tab of ['Replay through training', 'Rollouts']) {
    await page.getByRole('tab', { name: tab }).click()
    await state(`inspect, ${tab}`)
  }
  await bench.goTo('Runs')
  await expect(page.getByRole('region', { name: 'Runs', exact: true })).toBeVisible()
  await state('runs')
  await page.getByRole('button', { name: 'Help' }).click()
  await state('help')
  await page.keyboard.press('Escape')
  await bench.goTo('Train')
  for (const tab of ['Test result', 'Kernels', 'Settings']) {
    await page.getByRole('tab', { name: tab }).click()
    await state(`train, ${tab}`)
  }
  await page.getByRole('button', { name: 'Add data' }).click()
  await state('add data')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Change the policy' }).click()
  await state('policy')
  expect(found).toEqual([])
})
