// The published files as rows of tasks: what is read of them is prompted as it was released, and is judged by what they say.
import { existsSync, readFileSync } from 'node:fs'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { describe, expect, it } from 'vitest'
import { settingsOf } from '../../src/domain/config.ts'
import type { Dataset, Product } from '../../src/domain/dataset.ts'
import type { Settings } from '../../src/domain/settings.ts'
import type { Facts, Row } from '../../src/domain/tasks/task.ts'
import { taskOf } from '../../src/domain/tasks/tasks.ts'
import { readTogether as read } from './assembly/testing.ts'

const REAL = new URL('../../../shared/data/', import.meta.url)
const sharedAbsent = !existsSync(REAL)
if (sharedAbsent) console.warn('left out: ../shared is not beside the repository, so the published files are not made into prompts')

interface Opened extends Dataset {
  readonly facts: Facts
  readonly products: readonly Product[]
}

async function open(...paths: readonly string[]): Promise<Opened> {
  const { queries, users, products, report } = await read(paths.map((path) => new File([readFileSync(new URL(path, REAL))], path.split('/').at(-1)!)))
  expect(report.rejectedCount).toBe(0)
  const byId = new Map(products.map((product) => [product.id, product]))
  return { name: 'files', productCount: products.length, queries, users, hash: '', products, facts: { product: (id) => byId.get(id) } }
}

const settingsFor = (preset: Settings['preset'], changes: Partial<Settings> = {}): Settings => settingsOf(preset, changes)
const rowsOf = (data: Dataset, settings: Settings): readonly Row[] => taskOf(settings).rows(data, settings)
const splits = (rows: readonly Row[]): Record<string, number> => Object.fromEntries(
  ['train', 'validation', 'test'].map((name) => [name, rows.filter(({ split }) => split === name).length] as const).filter(([, count]) => count > 0))

describe.skipIf(sharedAbsent)('the published files (left out where ../shared is absent)', () => {
  it('Beauty’s Parquet is 1538 histories by the preset rec-r1-beauty, each with the prompt that it was released with', async () => {
    const data = await open('rec-r1/beauty_test.parquet')
    const settings = settingsFor('rec-r1-beauty')
    const rows = rowsOf(data, settings)
    const file = await asyncBufferFromFile(new URL('rec-r1/beauty_test.parquet', REAL).pathname)
    const released = await parquetReadObjects({ file, compressors }) as unknown as {
      readonly prompt: readonly [{ readonly content: string }]; readonly target: string
    }[]
    expect(splits(rows)).toEqual({ test: 1538 })
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1538)
    expect(new Set(rows.map(({ domain }) => domain))).toEqual(new Set(['All_Beauty']))
    expect(rows.map(({ judgements }) => judgements)).toEqual(released.map(({ target }) => [{ productId: target, label: 'E' }]))
    const differ = rows.filter((row, i) => taskOf(settings).prompt({ row, facts: data.facts, settings }).text !== released[i]!.prompt[0].content)
    expect(differ).toEqual([])
    const ofSetting = (historySetting: Settings['historySetting']) => rowsOf(data, settingsFor('rec-r1-beauty', { historySetting })).length
    expect([ofSetting('transductive'), ofSetting('inductive')]).toEqual([538, 1000])
  })

  it('the Amazon-C4 list is 150 wishes of Video_Games by the preset rec-r1-c4, all of them test', async () => {
    const data = await open('rec-r1/c4_Video_Games_test.json')
    const settings = settingsFor('rec-r1-c4')
    const rows = rowsOf(data, settings)
    expect(splits(rows)).toEqual({ test: 150 })
    expect(rows.every(({ domain, judgements }) => domain === 'Video_Games' && judgements.length === 1)).toBe(true)
    expect(settings.testDepartments.split(',')).toContain('Video_Games')
    for (const row of rows) expect(taskOf(settings).prompt({ row, facts: data.facts, settings }).text).toContain(
      `\n# \`\`\`${row.text}\`\`\`\nShow your work`,
    )
  })

  it('Beauty 2014 is a row for every purchase but the first by the task sequential, and two windows a person by recllm', async () => {
    const data = await open('amazon-2014-beauty/meta_Beauty.json.gz', 'amazon-2014-beauty/reviews_Beauty_5.json.gz')
    const settings = settingsFor('rec-r1-beauty', { task: 'sequential' })
    const rows = rowsOf(data, settings)
    expect(splits(rows)).toEqual({ train: 131_413, validation: 22_363, test: 22_363 })
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
    const last = rows.at(-1)!
    const titles = last.history!.slice(-10).map(({ id }) => data.facts.product(id)!.title)
    expect(taskOf(settings).prompt({ row: last, facts: data.facts, settings }).text).toContain(
      `\`\`\`${titles.map((title, i) => `Item ${i + 1}: ${title}`).join('\n')}\`\`\``,
    )

    const reasoned = settingsFor('recllm-r1')
    const windows = rowsOf(data, reasoned)
    const people = data.users!.filter(({ items }) => items.length >= 5).length
    expect(splits(windows)).toEqual({ train: people, test: people })
    expect(windows.filter(({ history, sequence }) => history!.length === 0 || new Set(sequence).size !== sequence!.length)).toEqual([])
    const row = { ...windows[0]!, candidates: [...windows[0]!.sequence!, data.products[0]!.id] }
    expect(taskOf(reasoned).prompt({ row, facts: data.facts, settings: reasoned }).text).toContain('1 ')
  })
})
