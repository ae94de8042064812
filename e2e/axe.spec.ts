// Every view under an automated accessibility audit, in light and dark, wide and narrow: no violation.
import { AxeBuilder } from '@axe-core/playwright'
import { expect, shoot, SMALL_RUN, test, Workbench } from './workbench.ts'

const LOOKS = [
  { name: 'wide light', size: { width: 1440, height: 900 }, scheme: 'light' },
  { name: 'wide dark', size: { width: 1440, height: 900 }, scheme: 'dark' },
  { name: 'narrow light', size: { width: 390, height: 844 }, scheme: 'light' },
  { name: 'narrow dark', size: { width: 390, height: 844 }, scheme: 'dark' },
] as const

test('no view violates an accessibility rule, in light and dark, wide and narrow', async ({ page }, info) => {
  test.setTimeout(240_000)
  const bench = new Workbench(page)
  const found: string[] = []
  /** Audits what stands on the page in all four looks, and keeps a picture of each. */
  const audit = async (view: string): Promise<void> => {
    for (const { name, size, scheme } of LOOKS) {
      await page.setViewportSize(size)
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
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

  await bench.ready(SMALL_RUN)
  await audit('train, ready')
  await bench.train.click()
  await expect(bench.phase).toHaveText('finished', { timeout: 120_000 })
  await audit('train, finished')
  for (const tab of ['Test result', 'Kernels', 'Settings']) {
    await page.getByRole('tab', { name: tab }).click()
    await audit(`train, ${tab}`)
  }
  await bench.goTo('Inspect')
  await expect(bench.column('Current policy').getByRole('list').first()).toBeVisible()
  await audit('inspect')
  await bench.goTo('Runs')
  await expect(page.getByRole('region', { name: 'Runs' })).toBeVisible()
  await audit('runs')
  await page.getByRole('button', { name: 'Help' }).click()
  await audit('help')
  await page.keyboard.press('Escape')
  await bench.goTo('Train')
  await page.getByRole('button', { name: 'Add data' }).click()
  await audit('add data')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Change the policy' }).click()
  await audit('policy')
  expect(found).toEqual([])
})
