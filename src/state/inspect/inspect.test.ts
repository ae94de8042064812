// Checks what a column shows of a query: read leniently, ranked and measured alike whoever answers.
import { expect, test } from 'vitest'
import type { PolicyService } from '../../client/policy.ts'
import { settingsOf } from '../../domain/config.ts'
import type { JudgedQuery } from '../../domain/dataset.ts'
import { Task } from '../../experiment/tasks.ts'
import { askPolicy, measuresOf, rankedElsewhere, rankReading } from './inspect.ts'

const JUDGED: JudgedQuery = {
  id: 'q1', text: 'cheap gamepad', split: 'test', judgements: [{ productId: 'pad', label: 'E' }, { productId: 'cable', label: 'C' }],
}
const asked = { query: JUDGED.text, judged: JUDGED }
const settings = settingsOf('sample')
const task = new Task(0, JUDGED, settings)

/** Finds the pad by its catalogue name only. */
const recommender = {
  name: 'fake',
  rank: (queries: readonly string[]) => Promise.resolve(queries.map((query) => {
    const ids = query.includes('controller') ? ['pad', 'cable'] : ['cable']
    return { ids, scores: ids.map((_, at) => -at) }
  })),
}

const saying = (text: string): PolicyService['generate'] => ({ sampling }) => {
  if (sampling.temperature !== 0) throw new Error('an inspection must be greedy')
  return Promise.resolve([{ prompt: 0, member: 0, promptIds: [], ids: [], logps: [], text, stop: 'token' }])
}

test('what a policy wrote is read as thought, rewrite and whole output', async () => {
  const output = 'their word</think><answer>{"query": "game controller"}</answer>'
  expect(await askPolicy(saying(output), task, settings, 'current')).toEqual({ rewrite: 'game controller', thought: 'their word', output, fault: undefined })
})

test('a thought is read as an imported output’s is: from its last beginning, and none where nothing was thought', async () => {
  const thoughtOf = async (output: string): Promise<string | undefined> => (await askPolicy(saying(output), task, settings, 'current')).thought
  expect(await thoughtOf('<think> again </think><answer>{"query": "a"}</answer>')).toBe('again')
  expect(await thoughtOf(' </think><answer>{"query": "a"}</answer>')).toBeUndefined()
})

test('a broken format is named, and its text is still what is searched for', async () => {
  expect((await askPolicy(saying('no end'), task, settings, 'reference')).fault).toBe('</think> is missing')
  expect(await askPolicy(saying('oops</think><answer>game controller</answer>'), task, settings, 'current'))
    .toMatchObject({ rewrite: 'game controller', fault: 'the answer is not JSON' })
})

test('a text is ranked, and measured against the judgements at 10 and at 100', async () => {
  expect(await rankReading({ text: 'game controller' }, task, recommender, settings)).toMatchObject({
    ids: ['pad', 'cable'], unranked: undefined, boolean: undefined, measures: { 'ndcg@10': 1, 'ndcg@100': 1, 'recall@10': 1, 'recall@100': 1 },
  })
  expect((await rankReading({ text: 'cheap gamepad' }, task, recommender, settings)).measures).toMatchObject({ 'ndcg@100': 0, 'recall@100': 0 })
})

test('a query that nobody judged has a ranking but no measures', async () => {
  const { ids, measures } = await rankReading({ text: 'red controller' }, new Task(0, { ...JUDGED, text: 'red controller', judgements: [] }, settings), recommender, settings)
  expect([ids, measures]).toEqual([['pad', 'cable'], undefined])
})

test('a relevant product at rank 11 counts at 100 and not at 10', () => {
  const ids = [...Array.from({ length: 10 }, (_, at) => `other ${at}`), 'pad']
  expect(measuresOf(ids, asked, settings)).toEqual({ 'ndcg@10': 0, 'ndcg@100': 1 / Math.log2(12), 'recall@10': 0, 'recall@100': 1 })
})

test('a product that was judged twice counts once, as in the loop’s evaluations, whatever the reward does', () => {
  const judged = { ...JUDGED, judgements: [...JUDGED.judgements, ...JUDGED.judgements] }
  const twice = { query: judged.text, judged }
  expect(measuresOf(['pad'], twice, { ...settings, duplicateTargets: 'keep' })).toEqual(measuresOf(['pad'], asked, settings))
})

test('a ranking of another system is measured as it stands, and cut where ours are', () => {
  const ids = Array.from({ length: 300 }, (_, at) => `p${at}`)
  const column = rankedElsewhere({ kind: 'ranking', ids, scores: ids.map(() => 0) }, asked, settings)
  expect([column.ids.length, column.rewrite, column.measures?.['recall@100']]).toEqual([100, undefined, 0])
})
