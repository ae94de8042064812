// A browser without a WebGPU adapter: the page says why and what helps, and the rest of it works.
import { CHROME_FLAGS, findChrome } from '../lab/chrome.ts'
import { expect, shoot, test, Workbench } from './workbench.ts'

const chrome = findChrome()
const withoutGpu = [...CHROME_FLAGS.filter((flag) => !/webgpu/.test(flag)), '--disable-features=WebGPU', '--disable-blink-features=WebGPU']
test.use({ launchOptions: { ...(chrome === undefined ? {} : { executablePath: chrome }), args: withoutGpu } })

test('without an adapter the page says why and which flag helps, and data and the original ranking still work', async ({ page }, info) => {
  const bench = new Workbench(page)
  await bench.open()
  const notice = bench.data.getByRole('alert').filter({ hasText: 'No policy engine' })
  await expect(notice).toContainText(/WebGPU/)
  await expect(notice).toContainText('enable-unsafe-webgpu')
  await expect(bench.train).toBeDisabled()
  await bench.goTo('Inspect')
  await expect(bench.column('Original query').getByRole('listitem')).toHaveCount(8)
  await expect(bench.column('Current policy')).toContainText('no policy engine')
  await bench.query.fill('black desk lamp')
  await bench.query.press('Enter')
  await expect(bench.column('Original query')).toContainText('black desk lamp')
  await shoot(page, info, 'no adapter')
})
