// The past of a run and other systems beside it: a step's rollouts as sums, a query's answers by the slider, and outputs that a reload keeps.
import { expect, test, Workbench } from './workbench.ts'

test('a run’s answers are looked back on: rewards add up, tokens tell their probability, the slider goes to each answer', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('#preset=sample&steps=2&promptsPerStep=2&groupSize=4&validationEvery=1&evaluationQueries=8')
  await bench.step.click()
  await expect(bench.phase).toContainText('paused', { timeout: 60_000 })
  await page.getByRole('button', { name: 'Inspect', exact: true }).click()
  await page.getByRole('tab', { name: 'Rollouts' }).click()
  await expect(bench.rollouts).toContainText('step 1 · 2 groups of 4')

  const group = bench.rollouts.getByRole('list', { name: 'Groups of the step' }).getByRole('button').first()
  const query = (await group.locator('.title').textContent())!
  await group.click()
  const members = bench.rollouts.getByRole('list', { name: `Rollouts for ${query}` }).locator('.member')
  await expect(members).toHaveCount(4)
  for (const member of await members.all()) {
    const addends = await member.locator('.reward-sum tbody tr td:last-child').allTextContents()
    const number = (text: string): number => Number(text.replace('±', '').replace('−', '-').replace('+', ''))
    const reward = number((await member.locator('header strong').textContent())!)
    expect(addends.map(number).reduce((sum, addend) => sum + addend, 0)).toBeCloseTo(reward, 2)
  }
  const tokens = members.first().getByRole('group', { name: /^Tokens of rollout 1/ })
  await tokens.focus()
  await page.keyboard.press('ArrowRight')
  await expect(members.first().locator('.token-readout')).toHaveText(/ p [\d.e−]+, log (−\d|0)\S*, 1 of \d+$/)

  await page.evaluate((text) => (globalThis as unknown as { __workbench: { view: { setQuery(text: string): void } } }).__workbench.view.setQuery(text), query)
  await page.getByRole('tab', { name: 'Replay' }).click()
  const replay = page.getByRole('region', { name: 'Through training' })
  await expect(replay).toContainText('4 rollouts on the way to step 1')
  const slider = replay.getByRole('slider', { name: 'Step' })
  await slider.focus()
  await page.keyboard.press('Home')
  await expect(replay).toContainText('Not answered by step 0; first at step 1.')
  await page.keyboard.press('ArrowRight')
  await expect(slider).toHaveValue('1')
  await expect(slider).toBeFocused()
  await page.keyboard.press('Home')
  await replay.getByRole('button', { name: 'Next answer' }).click()
  await expect(slider).toHaveValue('1')
  await replay.getByRole('button', { name: 'Rank it now' }).click()
  await expect(replay.locator('.replay-ranked li').first()).toContainText('1')
})

test('outputs of another system are matched, stand as a column, stay after a reload and go when they are removed', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open()
  await page.getByRole('button', { name: 'Inspect', exact: true }).click()
  const query = page.getByRole('combobox', { name: 'Query' })
  await expect(query).not.toHaveValue('', { timeout: 30_000 })
  const text = await query.inputValue()
  const open = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Add column' }).click()
    await page.getByRole('menuitem', { name: /^Bring another system/ }).click()
  }
  await open()
  const rows = [{ query: text, output: '<think>look</think><answer>{"query": "steel bottle"}</answer>' }, { query: 'nobody asked this', output: 'x' }]
  await bench.sheet.getByLabel('Choose files').setInputFiles({ name: 'other.jsonl', mimeType: 'text/plain', buffer: Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n')) })
  await expect(bench.sheet).toContainText('1 of its 2 entries met none; the first: “nobody asked this”, no judged query has this id or this text')
  await bench.sheet.getByRole('button', { name: 'Show as a column' }).click()
  await bench.sheet.getByRole('button', { name: 'Close' }).click()
  const column = page.locator('[data-column^="source:"]')
  await expect(column).toContainText('steel bottle')
  await expect(column).toContainText('look')

  await page.reload()
  await expect(column).toContainText('steel bottle', { timeout: 30_000 })
  await open()
  await bench.sheet.getByRole('button', { name: 'Remove other' }).click()
  await expect(bench.sheet.getByText('outputs for 2 queries')).toHaveCount(0)
})
