// The reward's editor: parts, weights and a formula by the keyboard, and a sum that adds up on real outputs.
import { AxeBuilder } from '@axe-core/playwright'
import { expect, shoot, test, Workbench } from './workbench.ts'

const number = (text: string): number => Number(text.replace('±', '').replace('−', '-').replace('+', '') || '0')

test('a reward is edited as the sum that it is, adds up on a real output, and stands in the address', async ({ page }, info) => {
  const bench = new Workbench(page)
  await bench.open('#preset=sample')
  await page.getByRole('button', { name: 'Change the reward' }).press('Enter')
  const sheet = page.getByRole('dialog', { name: 'Reward' })
  // nothing was sampled yet: rows of the data, ranked as they stand
  await expect(sheet.getByRole('region', { name: 'Output that the parts are shown for' })).toContainText('1 of 16 rows as they stand')
  await sheet.getByRole('button', { name: 'Next output' }).press('Enter')
  await expect(sheet.getByText('2 of 16 rows as they stand')).toBeVisible()

  await sheet.getByRole('checkbox', { name: 'diversity counts' }).press('Space')
  await sheet.getByRole('textbox', { name: 'Weight of MRR' }).fill('0.5')
  await sheet.getByRole('checkbox', { name: 'expression counts' }).press('Space')
  const formula = sheet.getByRole('textbox', { name: 'expression', exact: true })
  await formula.fill('ndcg * (1 - reptition)')
  await expect(sheet.getByRole('alert')).toContainText('reptition is no part; the parts are ndcg, format, malformed')
  await expect(sheet.getByRole('alert')).toContainText('at character 13')
  await formula.fill('ndcg * (1 - repetition)')
  await expect(sheet.getByRole('alert')).toHaveCount(0)

  await expect(sheet.locator('.reward-sentence')).toContainText('NDCG + 0.1 format − 2 malformed − 0.5 repetition + 0.5 MRR + 0.2 diversity + expression')
  // the second column from the right: what a part adds, and the sum below them
  const adds = (await sheet.locator('tr.reward-part td:nth-child(5)').allTextContents()).map(number)
  expect(adds.filter((one) => one > 0).length).toBeGreaterThan(1)
  const sum = number(await sheet.locator('tfoot td:nth-child(4)').textContent() ?? '')
  expect(Math.abs(adds.reduce((all, one) => all + one, 0) - sum)).toBeLessThan(0.0005 * adds.length)

  expect((await new AxeBuilder({ page }).include('.reward-sheet').analyze()).violations).toEqual([])
  await shoot(page, info, 'reward')
  await sheet.getByRole('button', { name: 'Done' }).press('Enter')
  const hash = new URLSearchParams(new URL(page.url()).hash.slice(1))
  expect(Object.fromEntries(hash)).toEqual({ preset: 'sample', rewardMrr: '0.5', rewardDiversity: '0.2', rewardExpression: '1', expression: 'ndcg * (1 - repetition)' })
  await expect(page.locator('.setup-row', { hasText: 'Reward' })).toContainText('+ 0.5 MRR + 0.2 diversity + expression')
})
