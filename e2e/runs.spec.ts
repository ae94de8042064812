// The kept runs: a run that ends stands in the list, is named, deleted and brought back, and goes to another browser bit for bit.
import { readFile } from 'node:fs/promises'
import type { Locator, Page } from '@playwright/test'
import { BlobReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js'
import { expect, shoot, test, Workbench } from './workbench.ts'

/** Short, and measured on few queries: what is tested here is what becomes of it. */
const SHORT_RUN = '#preset=sample&steps=2&promptsPerStep=4&groupSize=4&validationEvery=1&evaluationQueries=16&policy=sample'
const QUERY = 'quiet keyboard for a small desk'

interface Runs {
  open(id: string): Promise<{ readonly state: { readonly steps: readonly unknown[]; readonly validations: readonly unknown[]; readonly tests: unknown } } | undefined>
  getState(): { readonly records: readonly { readonly id: string }[] }
}

/** The files of a saved archive by name. */
async function unpacked(path: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const reader = new ZipReader(new BlobReader(new Blob([Uint8Array.from(await readFile(path))])))
  const files = new Map<string, Uint8Array>()
  for (const entry of await reader.getEntries()) if (!entry.directory) files.set(entry.filename, await entry.getData(new Uint8ArrayWriter()))
  await reader.close()
  return files
}

class KeptRuns {
  readonly list: Locator
  readonly row: Locator

  constructor(readonly page: Page) {
    this.list = page.getByRole('list', { name: 'Kept runs' })
    this.row = this.list.getByRole('listitem')
  }

  async export(): Promise<string> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.page.getByRole('button', { name: 'Export as one file' }).click()])
    expect(download.suggestedFilename()).toMatch(/^run-[\w.-]+-\d{4}-\d\d-\d\d\.zip$/)
    return download.path()
  }

  tab(name: string): Locator {
    return this.page.getByRole('tab', { name })
  }

  /** What the charts are drawn from, and what they draw. */
  async curves(): Promise<{ readonly data: string; readonly drawn: readonly (string | null)[] }> {
    await this.tab('Curves').click()
    const paths = this.page.locator('[data-curve=reward] svg path[d]')
    await expect(this.page.locator('[data-curve=reward]')).toContainText(/\d\.\d/)
    await expect.poll(() => paths.count()).toBeGreaterThan(1)
    const data = await this.page.evaluate(async () => {
      const { runs } = (globalThis as unknown as { __workbench: { runs: Runs } }).__workbench
      const opened = await runs.open(runs.getState().records[0]!.id)
      return JSON.stringify([opened?.state.steps, opened?.state.validations, opened?.state.tests])
    })
    return { data, drawn: await paths.evaluateAll((all) => all.map((path) => path.getAttribute('d'))) }
  }

  async results(): Promise<string> {
    await this.tab('Results').click()
    const table = this.page.getByRole('table', { name: 'Results by method' })
    await expect(table).toContainText('Original query')
    return table.innerText()
  }

  /** What the policy of the last checkpoint says to a query that nobody judged, and finds for it. */
  async inspected(): Promise<string> {
    await this.tab('Run').click()
    await this.page.getByRole('row', { name: /last/ }).getByRole('button', { name: 'Inspect with' }).click()
    const bench = new Workbench(this.page)
    await bench.query.fill(QUERY)
    await bench.query.press('Enter')
    const column = this.page.getByRole('article', { name: /step 2/ })
    await expect(column.getByRole('listitem').first()).toBeVisible()
    await expect(column.locator('.said')).not.toBeEmpty()
    // the text that was written and the products found, without what depends on when it was looked at
    return [await column.locator('.said').innerText(), ...await column.locator('.results [data-product]').evaluateAll((all) => all.map((one) => one.getAttribute('data-product') ?? ''))].join('\n')
  }
}

test('a run that ends is kept, named, deleted and brought back, and goes to a fresh browser bit for bit', async ({ page, browser, baseURL }, info) => {
  test.setTimeout(300_000)
  const bench = new Workbench(page)
  await bench.ready(SHORT_RUN)
  await bench.goTo('Runs')
  await expect(page.getByRole('heading', { name: 'No run is kept yet' })).toBeVisible()
  await shoot(page, info, 'empty')
  await bench.goTo('Train')
  await bench.train.click()
  await expect(bench.phase.first()).toHaveText('finished', { timeout: 240_000 })

  await bench.goTo('Runs')
  const runs = new KeptRuns(page)
  await expect(runs.row).toHaveCount(1)
  await expect(runs.row).toContainText('finished')
  await expect(runs.row).toContainText('2 of 2 steps')
  await expect(runs.row).toContainText(/0\.\d{3} → 0\.\d{3} → 0\.\d{3}/)

  // by keyboard: renamed in place, tagged, deleted, brought back
  await runs.row.getByRole('button').press('F2')
  await page.keyboard.type('kept & "carried"')
  await page.keyboard.press('Enter')
  await runs.row.getByRole('button', { name: 'kept & "carried"' }).click()
  await page.getByLabel('Add a tag').fill('paper')
  await page.getByLabel('Add a tag').press('Enter')
  await expect(runs.row).toContainText('paper')
  await runs.row.getByRole('button').press('Delete')
  await expect(page.getByRole('heading', { name: 'No run is kept yet' })).toBeVisible()
  await expect(page.getByRole('status').filter({ hasText: 'was deleted' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Undo' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(runs.row).toHaveCount(1)
  await shoot(page, info, 'brought back')

  // played again, its events end where they ended
  await page.getByRole('button', { name: 'Replay', exact: true }).click()
  const replay = page.getByRole('region', { name: 'Replay' })
  await replay.getByLabel('Speed').selectOption('50 events/s')
  await expect(replay).toContainText(/event (\d+) of \1, step 2/)
  await replay.getByRole('button', { name: 'Close' }).click()

  const exported = await runs.export()
  const [curves, results, answers] = [await runs.curves(), await runs.results(), await runs.inspected()]
  expect(JSON.parse(curves.data)).toHaveLength(3)
  expect((JSON.parse(curves.data) as unknown[][])[0]).toHaveLength(2)

  await bench.goTo('Runs')
  await runs.row.getByRole('checkbox').check()
  await expect(page).toHaveURL(/view=runs&runs=[0-9a-f-]{36}/)
  await page.reload()
  await expect(runs.row).toContainText('kept & "carried"')
  await expect(runs.row).toContainText('paper')
  await expect(runs.row.getByRole('checkbox')).toBeChecked()

  const elsewhere = await browser.newContext({ baseURL: baseURL!, viewport: { width: 1440, height: 900 } })
  await elsewhere.addInitScript(() => localStorage.setItem('rec-r1-workbench toured', 'yes'))
  const other = await elsewhere.newPage()
  const there = new KeptRuns(other)
  const otherBench = new Workbench(other)
  await otherBench.ready(SHORT_RUN)
  // dropped anywhere on the page
  await otherBench.drop('main', [{ name: 'carried.zip', bytes: await readFile(exported) }])
  await expect(there.row).toContainText('kept & "carried"')
  await expect(there.row).toContainText('paper')
  expect(await there.curves()).toEqual(curves)
  expect(await there.results()).toBe(results)
  expect(await there.inspected()).toBe(answers)

  await otherBench.goTo('Runs')
  const [before, after] = [await unpacked(exported), await unpacked(await there.export())]
  expect(Buffer.from(after.get('events.jsonl')!).equals(Buffer.from(before.get('events.jsonl')!))).toBe(true)
  expect([...after.keys()].toSorted()).toEqual([...before.keys()].toSorted())
  const checkpoints = [...before.keys()].filter((name) => name !== 'events.jsonl' && name !== 'run.json')
  expect(checkpoints.length).toBeGreaterThanOrEqual(2)
  for (const name of checkpoints) expect(Buffer.from(after.get(name)!).equals(Buffer.from(before.get(name)!)), name).toBe(true)

  // taken twice, it is refused and says why
  await other.getByLabel('Choose exported runs').setInputFiles({ name: 'carried.zip', mimeType: 'application/zip', buffer: await readFile(exported) })
  await expect(other.getByRole('alert')).toContainText('carried.zip was not imported')
  await shoot(other, info, 'elsewhere')
  await elsewhere.close()
})
