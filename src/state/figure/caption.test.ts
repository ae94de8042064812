// Checks that a figure's caption says what its runs were made with, not what the form says by now.
import { expect, test, vi } from 'vitest'
import { settingsOf, settingsRecord } from '../../domain/config.ts'
import { emptyRun } from '../../experiment/reduce.ts'
import { captionOf, type CaptionWorld } from './caption.ts'

vi.stubGlobal('navigator', { userAgent: 'a browser' })

const record = (id: string, seed: number) => ({ id, name: `name of ${id}`, settings: settingsRecord(settingsOf('sample', { seed, steps: 7 })) })
const captioned = (over: Partial<CaptionWorld['run']>, columns: readonly string[] = ['original'], records: readonly unknown[] = []) => captionOf({
  shop: { dataset: { name: 'shop', hash: 'abc', productCount: 2, queries: [] }, recommender: { name: 'bm25' } },
  run: { run: emptyRun, record: undefined, settings: settingsOf('sample', { seed: 99, gains: 'graded' }), engine: { is: 'absent' }, ...over },
  columns, records, now: new Date(0),
} as unknown as CaptionWorld)
const lines = (caption: ReturnType<typeof captionOf>, ...names: string[]) => caption.filter(([name]) => names.includes(name))

test('settings and seed are the run’s, and what is measured otherwise by now is said', () => {
  expect(lines(captioned({ record: record('r', 3) as never }), 'Run', 'Settings', 'Seed', 'Ranked and measured with')).toEqual([
    ['Run', 'name of r (r)'], ['Settings', 'preset sample, steps 7'], ['Seed', '3'], ['Ranked and measured with', 'gains graded'],
  ])
  const start = { settings: settingsRecord(settingsOf('sample', { seed: 4 })), versions: {} }
  expect(lines(captioned({ run: { ...emptyRun, start } as never }), 'Run', 'Seed')).toEqual([['Seed', '4']])
})

test('without a run they are the form’s', () => {
  expect(lines(captioned({}), 'Settings', 'Seed', 'Ranked and measured with')).toEqual([['Settings', 'preset sample, gains graded'], ['Seed', '99']])
})

test('the task is named with the version of its prompt', () => {
  const settings = settingsOf('sample-history')
  expect(lines(captioned({ settings }), 'Task')).toEqual([['Task', expect.stringMatching(/^Next purchase by search \(sequential\), prompt version \d+$/)]])
})

test('a checkpoint of another run names that run and its seed; one of the page’s run is that run', () => {
  const columns = ['checkpoint:r:grpo:4', 'checkpoint:s:grpo:4', 'checkpoint:s:grpo:8']
  const caption = captioned({ record: record('r', 3) as never }, columns, [record('r', 3), record('s', 5), record('t', 6)])
  expect(lines(caption, 'Run', 'Checkpoint’s run')).toEqual([
    ['Run', 'name of r (r)'], ['Checkpoint’s run', 'name of s (s), preset sample, steps 7, seed 5'],
  ])
})
