// What a first visit loads before the page is usable, and what it leaves for later.
import { gzipSync } from 'node:zlib'
import { expect, test, Workbench } from './workbench.ts'

const MOST_SCRIPT_BYTES = 250_000

test('the page is usable after at most 250 KB of script, gzipped; charts, engine, tokenizers and ONNX Runtime come on demand', async ({ page, context }) => {
  const scripts = new Map<string, number>()
  const asked: string[] = []
  context.on('request', (request) => asked.push(new URL(request.url()).pathname))
  context.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (!pathname.endsWith('.js')) return
    scripts.set(pathname, 0)
    void response.body().then((body) => scripts.set(pathname, gzipSync(body, { level: 9 }).length), () => undefined)
  })
  const bench = new Workbench(page)
  await bench.open()
  await expect(bench.train).toBeEnabled()
  // what comes from now on (charts are fetched ahead of their first use) is no part of the way here
  // and what a worker fetches (the engine's tokenizers) stands in the worker's own record, not in the page's
  const fetched = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname))
  const needed = [...new Set(fetched)].filter((path) => path.endsWith('.js') && !path.includes('.worker-'))
  await expect.poll(() => needed.every((path) => (scripts.get(path) ?? 0) > 0)).toBe(true)
  const bytes = needed.reduce((sum, path) => sum + scripts.get(path)!, 0)
  console.log(`script before the page is usable: ${bytes} bytes gzipped in ${needed.length} files`)
  expect(needed.length).toBeGreaterThan(0)
  expect(bytes, needed.map((path) => `${path} ${scripts.get(path)}`).join('\n')).toBeLessThanOrEqual(MOST_SCRIPT_BYTES)
  expect(needed.filter((path) => path.includes('tokenizers'))).toEqual([])
  expect(asked.filter((path) => path.endsWith('.wasm') || path.includes('dense.worker') || path.includes('frozen.worker'))).toEqual([])
})
