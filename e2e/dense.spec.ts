// Dense retrieval on the page as it is shipped: the embedded encoder, from the page's own host alone (`test` watches every request).
import { fileURLToPath } from 'node:url'
import { expect, test, Workbench } from './workbench.ts'

test('the embedded shop is ranked by meaning, offline, and ranked the same after a reload', async ({ page, context }) => {
  const asked: string[] = []
  context.on('request', (request) => asked.push(new URL(request.url()).pathname))
  const bench = new Workbench(page)
  const titles = bench.column('Original query').getByRole('listitem').locator('.title')
  const ask = async (): Promise<void> => {
    await bench.goTo('Train')
    await expect(bench.data.locator('.recommender').getByRole('heading')).toHaveText('Recommender dense')
    await bench.goTo('Inspect')
    await expect(page.getByRole('button', { name: 'Look again' })).toBeEnabled()
    // a need that shoppers name; the shop calls what meets it by another name, so not one word is shared
    await bench.query.fill('keep pads charged')
    await bench.query.press('Enter')
    await expect(titles.first()).toContainText('Charge Cradle')
  }
  await bench.open('#preset=sample&recommender=dense')
  await ask()
  const found = await titles.allTextContents()
  expect(found.filter((title) => title.includes('Charge Cradle')).length).toBeGreaterThanOrEqual(6)
  expect(found.filter((title) => /\b(keep|pads|charged)\b/i.test(title))).toEqual([])
  expect(asked).toContain('/sample/encoder/onnx/model.onnx')
  expect(asked.some((path) => /\/ort-wasm.*\.wasm$/.test(path))).toBe(true)
  await page.reload()
  await ask()
  await expect(titles).toHaveText(found)
})

test('an encoder of one’s own is a folder that is chosen, and ranks by its own name', async ({ page }) => {
  const bench = new Workbench(page)
  const titles = bench.column('Original query').getByRole('listitem').locator('.title')
  await bench.open('#preset=sample&recommender=dense')
  await bench.goTo('Inspect')
  await bench.query.fill('keep pads charged')
  await bench.query.press('Enter')
  await expect(titles.first()).toContainText('Charge Cradle')
  const found = await titles.allTextContents()
  await bench.goTo('Train')
  await bench.data.getByRole('button', { name: 'Change the recommender' }).click()
  const own = bench.sheet.getByRole('region', { name: 'Encoder of your own' })
  // the embedded encoder's files, as anybody's folder
  await own.locator('input[type=file]').setInputFiles(fileURLToPath(new URL('../public/sample/encoder', import.meta.url)))
  await expect(own.getByRole('status')).toHaveText('encoder: 4 files')
  await bench.sheet.getByRole('button', { name: 'Done' }).click()
  await expect(bench.data.locator('.recommender')).toContainText('encoder', { timeout: 30_000 })
  await bench.goTo('Inspect')
  await expect(page.getByRole('button', { name: 'Look again' })).toBeEnabled()
  await expect(titles).toHaveText(found)
})
