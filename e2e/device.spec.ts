// A device that is lost in the middle of a run: what the page says, what it keeps, and how it goes on.
import { expect, shoot, test, Workbench } from './workbench.ts'

test('a lost device is told in words with what was kept, and the run can start again', async ({ page }, info) => {
  test.setTimeout(240_000)
  const bench = new Workbench(page)
  await bench.ready()
  await bench.step.click()
  await expect(bench.phase).toHaveText('paused', { timeout: 90_000 })
  await bench.train.click()
  await bench.loseDevice()
  const notice = page.getByRole('alert').filter({ hasText: 'The run stopped.' })
  await expect(notice).toContainText('the GPU device was lost')
  await expect(notice).toContainText(/Kept: the curves of \d+ steps?, the checkpoint of step \d+, to go on from, and the best policy, of step \d+/)
  await expect(bench.phase).toHaveText('stopped')
  await expect(bench.value('reward')).toHaveText(/\d/)
  const [download] = await Promise.all([page.waitForEvent('download'), notice.getByRole('button', { name: /^Save .*safetensors/ }).click()])
  expect(download.suggestedFilename()).toMatch(/safetensors$/)
  await shoot(page, info, 'lost')

  await notice.getByRole('button', { name: 'Start again' }).click()
  await expect(notice).toBeHidden()
  await expect(page.locator('.standing')).toContainText(/step [1-4] of 4/, { timeout: 120_000 })
  await expect(bench.value('reward')).toHaveText(/\d/)
})
