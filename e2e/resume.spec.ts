// A page that is left in the middle of a run: its curves are back before anything is pressed, and one button goes on to what an uninterrupted run comes to.
import type { Page } from '@playwright/test'
import { expect, shoot, test, Workbench } from './workbench.ts'

const RUN = '#preset=sample&steps=5&promptsPerStep=2&groupSize=2&maxNewTokens=24&validationEvery=2&checkpointEvery=2&evaluationQueries=3'

interface Stores {
  readonly run: { getState(): { readonly record?: { readonly id: string; readonly status: string } } }
  readonly runs: {
    readonly service: {
      events(id: string, onPart: (lines: readonly string[]) => void): Promise<void>
      lines(id: string, kind: 'rollouts' | 'answers', wanted: { readonly step: number }): Promise<readonly string[]>
      steps(id: string, kind: 'rollouts' | 'answers'): Promise<readonly number[]>
    }
  }
}

/** Every line that the store holds of the run of the page, once it says that the run ended, without how long things took and what a used device holds besides. */
async function keptLines(page: Page): Promise<readonly string[]> {
  const record = () => page.evaluate(() => (globalThis as unknown as { __workbench: Stores }).__workbench.run.getState().record)
  await expect.poll(async () => (await record())?.status).toBe('finished')
  const lines = await page.evaluate(async () => {
    const { run, runs: { service } } = (globalThis as unknown as { __workbench: Stores }).__workbench
    const { id } = run.getState().record!
    const found: string[] = []
    await service.events(id, (part) => { found.push(...part) })
    for (const kind of ['rollouts', 'answers'] as const) {
      for (const step of await service.steps(id, kind)) found.push(...await service.lines(id, kind, { step }))
    }
    return found
  })
  return lines.map((line) => JSON.stringify(JSON.parse(line, (name, value: unknown) => (/^ms$|Ms$|^uniforms$/.test(name) ? undefined : value))))
}

test('a reload in the middle of a run brings its curves back, and one button goes on to the same events', async ({ page }, info) => {
  const bench = new Workbench(page)
  await bench.ready(RUN)
  await bench.train.click()
  await expect(bench.phase).toHaveText('finished', { timeout: 60_000 })
  const uninterrupted = await keptLines(page)
  expect(uninterrupted.length).toBeGreaterThan(20)
  await bench.reset.click()

  await bench.train.click()
  await expect.poll(() => bench.stepsDone(), { timeout: 60_000, intervals: [100] }).toBeGreaterThanOrEqual(3)
  await page.reload()
  await expect(bench.value('reward')).toHaveText(/\d/)
  await expect(bench.phase).toHaveText('interrupted')
  await expect(page).toHaveTitle(/^\d\/5 interrupted/)
  await expect(page.locator('.notice.interrupted')).toContainText(/stopped at step \d of 5 when the page was left\. Its last checkpoint, of step [245]/)
  await shoot(page, info, 'interrupted')

  await page.getByRole('button', { name: /^Go on from step [245]$/ }).click()
  await expect(bench.phase).toHaveText('finished', { timeout: 60_000 })
  await expect(page).toHaveTitle(/^5\/5 finished/)
  expect(await keptLines(page)).toEqual(uninterrupted)
  await shoot(page, info, 'gone on')
})
