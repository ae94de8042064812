// What a report says, against small results whose outcome is known: seeds averaged, what is best and whether by chance, and why what was expected is not.
import { expect, test } from 'vitest'
import { settingsOf } from '../config.ts'
import { Resampled } from '../resampled.ts'
import { bootstrapInterval, fineRandomisationTest, pairedGain } from '../statistics.ts'
import type { SystemValues } from '../methodsTable.ts'
import { DEFAULT_CHOICES, type Choices, type Experiment, type Given, type PaperFacts, type RunResult } from './experiment.ts'
import { experimentNamed } from './experiments.ts'
import { makeReport, type Report } from './report.ts'
import { reportCsv, reportLatex, reportMarkdown } from './reportText.ts'

const ROWS = 12
const resampled = (): Resampled => new Resampled({
  gain: (one, other) => Promise.resolve(pairedGain([...one], [...other], 1, fineRandomisationTest)), interval: (values) => Promise.resolve(bootstrapInterval([...values], 1)),
})
const FACTS: PaperFacts = {
  data: { name: 'shop', hash: '#1' }, departments: [{ name: 'Baby', train: 9, test: 6 }, { name: 'Games', train: 9, test: 6 }], histories: 3, testRows: ROWS,
  start: new Map(Array.from({ length: ROWS }, (_, at) => [`q${at}`, at < 6 ? 'warm' : 'cold'] as const)),
}
/** Rows of nearly one value: every row a little apart, so that intervals are none of nothing. */
const values = (mean: number): SystemValues => new Map(Array.from({ length: ROWS }, (_, at) => [`q${at}`, { 'ndcg@10': mean + at / 500, 'ndcg@100': mean, 'recall@10': mean, 'ndcg@5': mean, 'recall@5': mean, format: 1 }]))

function result(key: string, stages: string, means: { readonly before: number; readonly after: number }, more: Partial<RunResult> = {}): RunResult {
  const spent = { rollouts: 0, sampledTokens: 0, trainedTokens: 0, seconds: 0 }
  return {
    run: { id: key, name: key }, stages, seconds: 60, tests: { original: values(0.2), before: values(means.before), after: values(means.after) },
    departments: new Map(Array.from({ length: ROWS }, (_, at) => [`q${at}`, at < 6 ? 'Baby' : 'Games'] as const)), path: [], spent, thought: {}, lengths: [], first: undefined, ...more,
  }
}

/** The report with these means of what was trained, by method. */
async function reportOf(experiment: Experiment, after: Readonly<Record<string, number | readonly number[]>>, choices: Partial<Choices> = {}, more: Partial<Given> = {}): Promise<Report> {
  const base = settingsOf('sample')
  const chosen = { ...DEFAULT_CHOICES, ...choices }
  const plan = experiment.plan(base, chosen, FACTS)
  const results = new Map(plan.flatMap(({ key, method, seed, settings: { stages } }) => {
    const mean = after[method]
    const own = typeof mean === 'object' ? mean[chosen.seeds.indexOf(seed)] : mean
    return own === undefined ? [] : [[key, result(key, stages, { before: stages.includes(',') ? 0.25 : 0.3, after: own })] as const]
  }))
  return makeReport(experiment, { base, choices: chosen, facts: FACTS, plan, results, extras: [], forgotten: new Map(), ...more }, resampled())
}
const stages = experimentNamed('sft-and-rl')

test('the best method is named with its lead on the next and on prompting, and whether that is more than chance', async () => {
  const { verdict, tables } = await reportOf(stages, { 'sft': 0.32, 'rejection': 0.33, 'rl': 0.4, 'sft-rl': 0.5 })
  expect(tables[0]!.table.rows.map(({ title }) => title)).toEqual(['Original query', 'Prompting', 'SFT', 'Rejection SFT', 'RL', 'SFT → RL'])
  // every row differs by the same: 2 of 4096 sign assignments are as far, times the number of comparisons
  expect(verdict[0]).toMatch(/^On shop \(12 rows, NDCG@10\) SFT → RL is best with 0\.511; it is above RL significantly \(\+0\.100, 95 % \+0\.100 to \+0\.100, p \.0\d+ after Holm\)\.$/)
  expect(verdict[1]).toMatch(/^It is above Prompting significantly \(\+0\.200/)
  expect(verdict).toHaveLength(2)
})

test('where SFT → RL is not best the report says by how much, and what was measured that bears on it', async () => {
  const { verdict } = await reportOf(stages, { 'sft': 0.25, 'rl': 0.5, 'sft-rl': 0.4 })
  expect(verdict[0]).toContain('RL is best with 0.511; it is above SFT → RL significantly')
  expect(verdict.find((sentence) => sentence.startsWith('SFT → RL is not best here'))).toMatch(/0\.411, significantly below RL \(\+0\.100/)
  expect(verdict.at(-1)).toContain('Why not: SFT imitates labels, which made it worse: NDCG@10 0.311 by prompting, 0.261 where RL then begins')
})

test('a lead within chance is called one', async () => {
  const noisy = new Map([...values(0.4)].map(([id, own], at) => [id, { ...own, 'ndcg@10': own['ndcg@10']! + (at % 2 === 0 ? 0.05 : -0.049) }] as const))
  const { verdict } = await reportOf(stages, { rl: 0.4 }, {}, { extras: [{ column: '', title: 'GPT-4o', detail: 'stored outputs', values: noisy }] })
  expect(verdict[0]).toMatch(/GPT-4o is best with 0\.41\d; it is above RL within chance/)
})

test('seeds are averaged row by row, told one by one, and the start that they share counts once', async () => {
  const { tables } = await reportOf(stages, { rl: [0.4, 0.5, 0.6] }, { seeds: [1, 2, 3] })
  const rows = tables[0]!.table.rows
  expect(rows.map(({ title, detail }) => [title, detail])).toEqual([['Original query', ''], ['Prompting', ''], ['RL', '3 seeds: 0.411, 0.511, 0.611 NDCG@10']])
  expect(rows[2]!.cells[0]!['ndcg@10']!.mean).toBeCloseTo(0.511, 10)
  expect(rows[2]!.cells[0]!['ndcg@10']!.queries).toBe(ROWS)
})

test('the main table has a column for each recommender, and for each department of it', async () => {
  const { tables } = await reportOf(experimentNamed('rec-r1-tables'), { sft: 0.3, rl: 0.5 }, { recommenders: ['bm25', 'minisearch'], modes: ['corrected', 'as-released'] })
  expect(tables.map(({ title }) => title)).toEqual(['BM25, corrected', 'BM25, as-released', 'MiniSearch, corrected', 'MiniSearch, as-released'])
  expect(tables[0]!.table.data.map(({ name, queries }) => [name, queries])).toEqual([['BM25, corrected', 12], ['BM25, corrected · Baby', 6], ['BM25, corrected · Games', 6]])
  expect(tables[0]!.table.measures).toEqual(['ndcg@100'])
})

test('departments held out are compared on the rows that are test rows either way', async () => {
  const { tables, verdict } = await reportOf(experimentNamed('cross-domain'), { 'RL, trained within': 0.5, 'RL, trained without': 0.4 })
  expect(tables[0]!.table.data.map(({ name, queries }) => [name, queries])).toEqual([['Baby', 6], ['Games', 6]])
  expect(verdict[0]).toContain('On Baby (6 rows, NDCG@10) RL, trained within is best')
})

test('rows whose products were never relevant in training stand apart, with what RL changes on each side', async () => {
  const { tables, verdict } = await reportOf(experimentNamed('cold-start'), { rl: 0.5 })
  expect(tables[0]!.table.data.map(({ name }) => name)).toEqual(['relevant in training', 'never relevant in training'])
  expect(verdict.at(-1)).toBe('RL changes NDCG@10 against prompting by +0.200 where products were relevant in training, +0.200 where products were never relevant in training.')
})

test('quality stands against what training had cost by then, and the price adds money', async () => {
  const experiment = experimentNamed('quality-and-cost')
  const base = settingsOf('sample')
  const choices = { ...DEFAULT_CHOICES, pricePerHour: 2 }
  const plan = experiment.plan(base, choices, FACTS)
  const point = (ndcg10: number, seconds: number) => ({ step: seconds, ndcg10, low: ndcg10 - 0.1, high: ndcg10 + 0.1, spent: { rollouts: seconds * 10, sampledTokens: seconds * 100, trainedTokens: 0, seconds } })
  const rl = plan.find(({ method }) => method === 'rl')!
  const results = new Map([[rl.key, result(rl.key, 'grpo', { before: 0.3, after: 0.5 }, { path: [point(0.3, 0), point(0.5, 1800)], spent: point(0, 1800).spent })]])
  const { figures, lists, verdict } = await makeReport(experiment, { base, choices, facts: FACTS, plan, results, extras: [], forgotten: new Map() }, resampled())
  expect(figures.map(({ title }) => title)).toEqual(['rollouts', 'sampled tokens', 'seconds of training', 'money, at 2 an hour'].map((cost) => `NDCG@10 against ${cost}`))
  expect(figures[3]!.series[0]!.points.map(({ x, y }) => [x, y])).toEqual([[0, 0.3], [1, 0.5]])
  expect(verdict[0]).toMatch(/^NDCG@10 of 0\.500, the best validation of RL alone, was first reached by RL after 1,800 s\. /)
  expect(lists[0]!.rows[0]!.values.slice(0, 4)).toEqual(['18,000', '180,000', '1,800', '1.0'])
})

test('a report says the same as Markdown, LaTeX and CSV', async () => {
  const report = await reportOf(stages, { 'rl': 0.4, 'sft-rl': 0.5 })
  expect(reportMarkdown(report)).toContain('| SFT → RL |  | **0.511** ‡o ‡s')
  expect(reportLatex(report)).toContain('SFT $\\rightarrow$ RL')
  expect(reportCsv(report)).toContain('RL,,trained,shop,#1,ndcg@10,12,0.411')
})
