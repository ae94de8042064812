// An experiment through the page's own driver, over the real loop with a table for a policy: one button, a reload in the middle, what counts as done, and settings that come back.
import { expect, test, vi } from 'vitest'
import { settingsToHash } from '../../domain/config.ts'
import type { Extra, ForgottenBy } from '../../domain/papers/experiment.ts'
import { bootstrapInterval, pairedGain } from '../../domain/statistics.ts'
import { visit } from '../run/keptRunTesting.ts'
import { createRuns } from '../runs/runs.ts'
import { fakeRuns } from '../runs/runsTesting.ts'
import { createPapers } from './papers.ts'
import type { Papers } from './papersState.ts'

const resampling = {
  gain: (one: Float64Array, other: Float64Array, seed: number) => Promise.resolve(pairedGain([...one], [...other], seed)),
  interval: (values: Float64Array, seed: number) => Promise.resolve(bootstrapInterval([...values], seed)),
}

function remembering() {
  const known = new Map<string, string>()
  return { getItem: (name: string) => known.get(name) ?? null, setItem: (name: string, value: string) => void known.set(name, value) }
}

/** A page over what the browser keeps; `memory` is what it remembers. */
async function page(kept: ReturnType<typeof fakeRuns>, memory = remembering(), more: { readonly continued?: string; readonly slow?: boolean } = {}) {
  const there = await visit(kept, { slow: more.slow === true })
  const runs = createRuns(kept.service, resampling)
  const asked: string[] = []
  const papers = createPapers({
    library: there.library, run: there.run, runs, sources: undefined as never, memory, resampling, versions: () => ({}), stepMs: () => undefined, continued: () => more.continued,
    extras: () => { asked.push('extras'); return Promise.resolve<readonly Extra[]>([]) }, forgotten: () => Promise.resolve(new Map<string, ForgottenBy>()),
  })
  await papers.look()
  return { ...there, runs, papers, memory, asked }
}

const plan = (papers: Papers): readonly string[] => papers.getState().standings.get(papers.getState().chosen)!.plan.map(({ planned: { method, seed }, is }) => `${method} ${seed} ${is}`)

test('one button runs what is missing one after another, and the report stands with its verdict', async () => {
  const kept = fakeRuns()
  const { papers, run, asked } = await page(kept)
  const before = settingsToHash(run.getState().settings)
  papers.choose('chain-of-thought')
  expect(plan(papers)).toEqual(['thought 1 missing', 'no thought 1 missing', 'budgeted thought 1 missing'])
  await papers.go()
  expect(papers.getState().failure).toBeUndefined()
  expect(plan(papers)).toEqual(['thought 1 done', 'no thought 1 done', 'budgeted thought 1 done'])
  const all = await kept.service.list()
  expect(all.map(({ settings }) => settings['thinking'])).toEqual([true, false, true])
  await vi.waitFor(() => expect(papers.getState().report?.runs).toMatchObject({ planned: 3, done: 3 }))
  const { tables, figures, verdict } = papers.getState().report!
  expect(tables[0]!.table.rows.map(({ title }) => title)).toContain('RL, no thought')
  expect(figures[0]!.series.map(({ name, points }) => [name, points.length])).toEqual([['thought', 7], ['no thought', 7], ['budgeted thought', 7]])
  expect(verdict[0]).toMatch(/^On table shop \(6 rows, NDCG@10\) .+ is best with 0\.\d{3}; it is /)
  expect(asked).toEqual([])
  // the person's settings are back
  expect(settingsToHash(run.getState().settings)).toBe(before)
  expect(papers.getState()).toMatchObject({ job: undefined, left: undefined })
}, 30_000)

test('a reload in the middle goes on with the run that was under way, and with what is missing after it, on the settings of before', async () => {
  const kept = fakeRuns()
  const memory = remembering()
  const first = await page(kept, memory, { slow: true })
  first.papers.choose('chain-of-thought')
  const choices = { thoughtBudget: 5 }
  first.papers.set(choices)
  await first.papers.look()
  void first.papers.go()
  await vi.waitFor(() => expect(first.run.getState().run.done).toBeGreaterThan(2), { timeout: 10_000 })
  const before = await kept.service.list()
  // the tab is closed: nothing more is told
  first.run.pause()
  await vi.waitFor(async () => expect((await kept.service.list()).at(-1)!.status).toBe('paused'), { timeout: 10_000 })
  const second = await page(kept, memory)
  second.run.changeAll({ steps: 3 })
  expect(second.papers.getState()).toMatchObject({ chosen: 'chain-of-thought', left: { experiment: 'chain-of-thought' }, choices })
  await second.papers.look()
  expect(plan(second.papers).filter((one) => one.endsWith('begun'))).toHaveLength(1)
  await second.papers.go()
  expect(second.papers.getState().failure).toBeUndefined()
  expect(plan(second.papers).every((one) => one.endsWith('done'))).toBe(true)
  const after = await kept.service.list()
  expect(after).toHaveLength(3)
  expect(after.map(({ id }) => id)).toContain(before.at(-1)!.id)
  // every run has the steps of the experiment, not those that were set in between
  expect(new Set(after.map(({ settings }) => settings['steps']))).toEqual(new Set([7]))
}, 60_000)

test('a run of the same settings counts, whoever made it; another seed, a run ended early and other data do not', async () => {
  const kept = fakeRuns()
  const { papers, run, reaches } = await page(kept)
  papers.choose('quality-and-cost')
  run.changeAll({ stages: 'grpo', rolloutsKept: 3 })
  run.train()
  await reaches('finished')
  await vi.waitFor(() => expect(kept.record('run-1').status).toBe('finished'))
  await papers.look()
  expect(plan(papers)).toContain('rl 1 done')
  papers.set({ seeds: [2] })
  await papers.look()
  expect(plan(papers)).toContain('rl 2 missing')
  papers.set({ seeds: [1] })
  await kept.service.change('run-1', { done: 5 })
  await papers.look()
  expect(plan(papers)).toContain('rl 1 missing')
}, 30_000)

test('stop leaves what is done and the run that is paused, and says that it can be gone on with', async () => {
  const kept = fakeRuns()
  const { papers, run } = await page(kept, remembering(), { slow: true })
  papers.choose('chain-of-thought')
  const going = papers.go()
  await vi.waitFor(() => expect(run.getState().run.done).toBeGreaterThan(1), { timeout: 10_000 })
  papers.stop()
  await going
  expect(run.getState().phase).toBe('paused')
  expect(papers.getState()).toMatchObject({ job: undefined, left: { experiment: 'chain-of-thought' }, failure: undefined })
}, 30_000)

test('nothing begins beside another run, or from an adapter', async () => {
  const { papers, run } = await page(fakeRuns(), remembering(), { continued: 'mine' })
  await papers.go()
  expect(papers.getState().failure).toMatch(/training continues the adapter mine, .* take the adapter away in Data first/)
  const other = await page(fakeRuns(), remembering(), { slow: true })
  other.run.train()
  await other.reaches('running')
  await other.papers.go()
  expect(other.papers.getState().failure).toMatch(/a run is under way; pause or stop it first/)
  other.run.reset()
  run.reset()
}, 30_000)
