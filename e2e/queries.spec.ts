// The table of queries at 10,000 rows: how soon it answers, and what leaves it. The shop is read from files as a person's own is, and both systems are
// ranked by the page's recommender: the queries as typed, and the outputs of another system, from a file as well.
import { readFileSync } from 'node:fs'
import type { Download, Page } from '@playwright/test'
import { expect, shoot, test, Workbench } from './workbench.ts'

const INTERACTION_MS = 100
const QUERIES = 10_000
const COLOURS = ['red', 'green', 'blue', 'black', 'white', 'amber'] as const
const THINGS = ['lamp', 'kettle', 'stool', 'basket', 'curtain', 'mirror', 'rug', 'vase', 'clock', 'shelf'] as const
const MODELS = 5
const HOSTILE = '</bdi><script>document.title="broken in"</script><img src=x onerror=alert(1)>" style="color:red" \u202Eقميص أحمر 👩🏽‍🔬'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const csv = (rows: readonly (readonly (string | number)[])[]): Uint8Array => (
  bytes(rows.map((row) => row.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(',')).join('\n')))

const pick = (at: number) => {
  const [colour, thing] = [COLOURS[at % COLOURS.length]!, THINGS[Math.floor(at / COLOURS.length) % THINGS.length]!]
  return { colour, thing, product: `P-${colour}-${thing}-${at % MODELS}` }
}
const products = csv([
  ['product_id', 'product_title', 'product_description', 'product_bullet_point', 'product_brand', 'product_color', 'product_locale'],
  ...COLOURS.flatMap((colour) => THINGS.flatMap((thing) => Array.from({ length: MODELS }, (_, model) => [
    `P-${colour}-${thing}-${model}`, `${colour} ${thing} model${model}${model === 0 ? ` ${HOSTILE}` : ''}`, '', '', model === 1 ? HOSTILE : 'Acme', colour, 'us',
  ]))),
])
const textOf = (at: number): string => `${pick(at).colour} ${pick(at).thing} wanted ${at}`
const examples = csv([
  ['query_id', 'query', 'product_id', 'product_locale', 'esci_label', 'small_version', 'split'],
  ...Array.from({ length: QUERIES + 40 }, (_, at) => [at, textOf(at), pick(at).product, 'us', 'E', 1, at < QUERIES ? 'test' : 'train']),
])
/** A third ask more closely, a third too widely, a third the same; a few break the format. */
const outputs = Array.from({ length: QUERIES }, (_, at) => {
  const { colour, thing } = pick(at)
  const output = at % 50 === 7 ? '<think>hm</think><answer>no json</answer>' : [`${colour} ${thing} model${at % MODELS}`, thing, textOf(at)][at % 3]!
  return JSON.stringify({ query_id: String(at), query: textOf(at), output })
}).join('\n')

async function saved(download: Promise<Download>): Promise<{ readonly name: string; readonly text: string }> {
  const file = await download
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') }
}

interface Stores {
  readonly sources: { readonly addFiles: (files: readonly File[]) => Promise<void> }
}

/** From here on, milliseconds from each interaction to the paint after it: by Event Timing, and for pointing and scrolling, which that leaves out, by the frame after. */
async function measured(page: Page): Promise<void> {
  await page.evaluate(() => {
    const took = new Map<string, number>()
    Object.assign(globalThis, { __took: took })
    const note = (key: string, ms: number): void => void took.set(key, Math.max(ms, took.get(key) ?? 0))
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as PerformanceEventTiming[]) if (entry.interactionId > 0) note(`interaction ${entry.interactionId}`, entry.duration)
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit)
    for (const type of ['pointermove', 'wheel', 'scroll']) {
      addEventListener(type, ({ timeStamp }) => {
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel()
          port1.addEventListener('message', () => note(`${type} ${timeStamp}`, performance.now() - timeStamp))
          port1.start()
          port2.postMessage(null)
        })
      }, { capture: true, passive: true })
    }
  })
}

test('10,000 queries: 95 of 100 interactions are painted within 100 ms, and what is shown leaves as files that read back', async ({ page }, info) => {
  const bench = new Workbench(page)
  await bench.open()
  await bench.drop('body', [{ name: 'products.csv', bytes: products }, { name: 'examples.csv', bytes: examples }])
  await bench.readAndUse()
  await page.evaluate(async (text) => {
    await (globalThis as unknown as { __workbench: Stores }).__workbench.sources.addFiles([new File([text], 'other.jsonl')])
  }, outputs)
  await bench.goTo('Inspect')
  const table = page.getByRole('region', { name: 'All queries' })
  const grid = table.getByRole('grid', { name: 'Queries' })
  await expect(grid).toHaveAttribute('aria-rowcount', String(QUERIES + 1))
  await table.getByLabel('System B').selectOption({ label: 'other' })
  for (const side of ['A', 'B']) {
    await table.locator('.queries-lacking', { hasText: `${side} has not answered` }).getByRole('button', { name: /^Evaluate 10,000/ }).click()
    await expect(table.getByText(`${side} has not answered`)).toHaveCount(0)
  }
  await expect(table.locator('.verdict-means')).toContainText(/NDCG@10 0\.\d{3} → 0\.\d{3} [+−]0\.\d{3} \[[+−]0\.\d{3}, [+−]0\.\d{3}\] p/)
  // 10,000 queries, and no more rows in the page than are in sight
  expect(await grid.getByRole('row').count()).toBeLessThan(60)
  await shoot(page, info, 'table')

  await measured(page)
  let done = 0
  const each = async (acts: readonly (() => Promise<unknown>)[]): Promise<void> => {
    for (const act of acts) {
      await act()
      done++
      await page.waitForTimeout(60)
    }
  }
  const press = (key: string) => () => page.keyboard.press(key)
  const search = table.getByRole('searchbox', { name: 'Search queries and rewrites' })
  await search.focus()
  const typed = 'red lamp 99'.split('')
  await each(typed.map((letter) => press(letter === ' ' ? 'Space' : letter)))
  await expect(table.getByRole('status')).toContainText(/^[\d,]+ of 10,000 queries$/)
  await each(typed.map(() => press('Backspace')))
  await expect(table.getByRole('status')).toHaveText('10,000 queries')
  const order = table.getByLabel('Order')
  for (const label of ['largest gain first', 'A to Z', 'worst of B first', 'failed first']) await each([() => order.selectOption({ label })])
  const regressions = table.getByRole('button', { name: 'Regressions first' })
  await each([1, 2, 3].map(() => () => regressions.click()))
  const outcomes = table.getByRole('group', { name: /better, .* the same, .* worse/ }).first()
  await each(['worse', 'worse', 'better', 'better', 'same', 'same'].map((word) => () => outcomes.getByRole('button', { name: new RegExp(`Show the .* ${word}`) }).click()))
  const box = (await grid.boundingBox())!
  await each([0.2, 0.4, 0.6, 0.8, 0.3, 0.5].map((share) => () => page.mouse.move(box.x + 80, box.y + share * box.height)))
  await each([400, 4000, 40_000, -20_000, 200_000, -400_000].map((by) => () => page.mouse.wheel(0, by)))
  await each([0.3, 0.6].map((share) => () => page.mouse.click(box.x + 80, box.y + share * box.height)))
  // held down: the keys come faster than anything can be inspected
  await each([...'jjjjjjjjjjkkkk'.split(''), 'End', 'Home', 'PageDown'].map(press))
  expect(done).toBeGreaterThanOrEqual(60)
  await page.waitForTimeout(300)
  const took = await page.evaluate(() => [...(globalThis as unknown as { __took: Map<string, number> }).__took.values()].toSorted((a, b) => a - b))
  // those under 16 ms are not told
  const all = [...Array.from({ length: Math.max(0, done - took.length) }, () => 0), ...took]
  const p95 = all[Math.ceil(0.95 * all.length) - 1]!
  info.annotations.push({ type: 'interaction to next paint', description: `p95 ${p95.toFixed(0)} ms, longest ${took.at(-1)?.toFixed(0)} ms, of ${all.length}` })
  console.log(`      interaction to next paint: p95 ${p95.toFixed(0)} ms, median ${all[all.length >> 1]!.toFixed(0)} ms, longest ${took.at(-1)?.toFixed(0)} ms, of ${all.length}`)
  expect(p95).toBeLessThanOrEqual(INTERACTION_MS)

  // the chosen row is the inspected query, is said to be where it is, and takes a note
  await expect(regressions).toHaveAttribute('aria-pressed', 'true')
  await grid.focus()
  await press('Home')()
  const chosen = grid.getByRole('row', { selected: true })
  await expect(chosen).toHaveAttribute('aria-rowindex', '2')
  const query = (await chosen.locator('.q-query').textContent())!
  await expect(bench.query).toHaveValue(query)
  await press('n')()
  await page.keyboard.type('too wide')
  await press('Escape')()
  await expect(grid).toBeFocused()
  await expect(chosen).toContainText('has a note')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-column]').first()).toBeFocused()

  const save = async (name: RegExp) => {
    const download = page.waitForEvent('download')
    await table.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('menuitem', { name }).click()
    return saved(download)
  }
  const sheet = await save(/CSV/)
  const lines = sheet.text.trimEnd().split('\r\n')
  expect(lines).toHaveLength(QUERIES + 1)
  // as shown: the largest loss first
  expect(lines[1]).toMatch(/,worse,.*,too wide$/)
  const qrels = await save(/qrels/)
  expect(qrels.text.split('\n')[1]).toBe(`1 0 ${pick(1).product} 1`)
  const run = await save(/Rankings of B/)
  expect(run.text.split('\n', 1)[0]).toMatch(/^0 Q0 P-red-lamp-0 1 [\d.]+ \w+_other$/)

  // the figure, read back as a document: hostile titles are text in it, and nothing else
  await expect(bench.column('Original query').getByRole('listitem').first()).toBeVisible()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save figure' }).click()
  const figure = await saved(download)
  expect(figure.name).toMatch(/^figure-[\w-]+\.html$/)
  const read = await page.evaluate((html) => {
    const parsed = new DOMParser().parseFromString(html, 'text/html')
    const texts = (selector: string): (string | null)[] => [...parsed.querySelectorAll(selector)].map(({ textContent }) => textContent)
    return {
      title: parsed.title, columns: texts('section h2'), titles: texts('section .title'), caption: texts('dt'),
      foreign: [...parsed.querySelectorAll('script, img, link, iframe, object, embed, [src], [href], [style]')].length,
      handlers: [...parsed.querySelectorAll('*')].flatMap(({ attributes }) => [...attributes].filter(({ name }) => name.startsWith('on'))).length,
    }
  }, figure.text)
  expect(read).toMatchObject({ title: query, foreign: 0, handlers: 0 })
  expect(read.columns[0]).toBe('Original query')
  expect(read.titles.some((title) => title!.includes(HOSTILE))).toBe(true)
  for (const name of ['Data', 'Recommender', 'Settings', 'Seed', 'Date', 'rec-r1-workbench']) expect(read.caption).toContain(name)
  const drawn = await page.context().newPage()
  await drawn.setContent(figure.text)
  await expect(drawn.getByRole('figure')).toBeVisible()
  expect(await drawn.title()).toBe(query)
  await shoot(drawn, info, 'figure')
})
