// Checks what an inspection shows of a query: three ways to ask, read leniently, ranked and measured alike.
import { expect, test } from 'vitest'
import type { PolicyService } from '../client/policy.ts'
import { settingsOf } from '../domain/config.ts'
import type { JudgedQuery } from '../domain/dataset.ts'
import { inspect, type Inspection } from './inspect.ts'

const JUDGED: JudgedQuery = {
  id: 'q1', text: 'cheap gamepad', split: 'test', judgements: [{ productId: 'pad', label: 'E' }, { productId: 'cable', label: 'C' }],
}
const settings = settingsOf('sample')

/** Finds the pad by its catalogue name only. */
const recommender = {
  name: 'fake',
  rank: (queries: readonly string[]) => Promise.resolve(queries.map((query) => {
    const ids = query.includes('controller') ? ['pad', 'cable'] : ['cable']
    return { ids, scores: ids.map((_, at) => -at) }
  })),
}

function policyThatSays(reference: string, current: string): PolicyService {
  return {
    generate: ({ version, sampling }: Parameters<PolicyService['generate']>[0]) => {
      if (sampling.temperature !== 0) throw new Error('an inspection must be greedy')
      const text = version === 'reference' ? reference : current
      return Promise.resolve([{ prompt: 0, member: 0, promptIds: [], ids: [], logps: [], text, stop: 'token' }])
    },
  } as unknown as PolicyService
}

async function last(inspections: AsyncGenerator<Inspection>): Promise<Inspection> {
  let inspection: Inspection | undefined
  for await (const next of inspections) inspection = next
  return inspection!
}

test('the three columns hold what was written, what it found, and how good that is', async () => {
  const kept = 'same</think><answer>{"query": "cheap gamepad"}</answer>'
  const changed = 'their word</think><answer>{"query": "game controller"}</answer>'
  const policy = policyThatSays(kept, changed)
  const { columns } = await last(inspect({ recommender, settings, policy }, { query: JUDGED.text, judged: JUDGED }))
  expect(columns.original).toMatchObject({ rewrite: 'cheap gamepad', output: undefined, ids: ['cable'], ndcg: 0 })
  expect(columns.before).toMatchObject({ rewrite: 'cheap gamepad', thought: 'same', fault: undefined, ndcg: 0 })
  expect(columns.current).toMatchObject({ rewrite: 'game controller', thought: 'their word', ids: ['pad', 'cable'], ndcg: 1 })
})

test('a broken format is named, and its text is still searched for', async () => {
  const policy = policyThatSays('no end', 'oops</think><answer>game controller</answer>')
  const { columns } = await last(inspect({ recommender, settings, policy }, { query: JUDGED.text, judged: JUDGED }))
  expect(columns.before?.fault).toBe('</think> is missing')
  expect(columns.current).toMatchObject({ rewrite: 'game controller', fault: 'the answer is not JSON', ndcg: 1 })
})

test('without an engine the original query is ranked all the same', async () => {
  const { columns } = await last(inspect({ recommender, settings, policy: undefined }, { query: JUDGED.text, judged: JUDGED }))
  expect(Object.keys(columns)).toEqual(['original'])
})

test('a typed query that nobody judged has rankings but no NDCG', async () => {
  const { columns, judged } = await last(inspect({ recommender, settings, policy: undefined }, { query: 'red controller', judged: undefined }))
  expect([columns.original?.ids, columns.original?.ndcg, judged]).toEqual([['pad', 'cable'], undefined, undefined])
})
