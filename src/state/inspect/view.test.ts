// Checks that the inspector shows under every query and column what was asked of it and nothing older, asks one thing at a time, and asks nothing twice.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import type { PolicyService } from '../../client/policy.ts'
import type { RunRecord } from '../../client/runs.ts'
import { settingsOf } from '../../domain/config.ts'
import type { JudgedQuery } from '../../domain/dataset.ts'
import type { Ranking } from '../../domain/recommender.ts'
import { emptyRun } from '../../experiment/reduce.ts'
import type { Library, LibraryState } from '../data/library.ts'
import type { Run, RunStoreState } from '../run/run.ts'
import type { Source, SourceAnswer, SourcesState } from './sources.ts'
import { createRows } from '../tasks/rows.ts'
import { createView } from './view.ts'

const judged = (text: string): JudgedQuery => ({ id: text, text, split: 'test', judgements: [{ productId: `p ${text}`, label: 'E' }] })
const answer = (query: string): string => `why</think><answer>{"query": "${query}"}</answer>`
const settings = settingsOf('sample')
const record = {
  id: 'r', name: 'brave otter', settings: { ...settings }, checkpoints: [{ stage: 'grpo', step: 4, names: ['best'], bytes: 3, sha256: 'abc', eventsBytes: 0 }],
} as unknown as RunRecord

/** A page whose policy answers when the test lets it: `letGo` gives the oldest waiting call its text. */
function page({ records = [record], sources: list = [] as readonly Partial<Source>[] } = {}) {
  const waiting: { readonly said: string; readonly resolve: (text: string) => void }[] = []
  const calls: string[] = []
  const call = (said: string): Promise<Awaited<ReturnType<PolicyService['generate']>>> => {
    calls.push(said)
    return new Promise((resolve) => {
      waiting.push({ said, resolve: (text) => resolve([{ prompt: 0, member: 0, promptIds: [], ids: [], logps: [], text, stop: 'token' }]) })
    })
  }
  const queryOf = (text: string): string => /query: (.*)|"([^"]*)"/.exec(text)?.[1] ?? ['red mug', 'blue mug', 'pan'].find((query) => text.includes(query)) ?? text
  const service = {
    generate: ({ prompts, version }: Parameters<PolicyService['generate']>[0]) => call(`${version} ${queryOf(prompts[0]!.text)}`),
    generateAs: (state: ArrayBuffer, { prompts }: Parameters<PolicyService['generate']>[0]) => call(`checkpoint of ${state.byteLength} bytes ${queryOf(prompts[0]!.text)}`),
  } as unknown as PolicyService
  const ranked: string[] = []
  const rank = (queries: readonly string[]): Promise<Ranking[]> => {
    ranked.push(...queries)
    return Promise.resolve(queries.map((query) => ({ ids: [`p ${query}`], scores: [1] })))
  }
  const recommender = { name: 'fake', rank }
  const shop = { dataset: { name: 'shop', hash: '#', productCount: 3, queries: ['red mug', 'blue mug', 'pan'].map(judged) }, opened: { recommender }, recommender }
  const library = createStore<LibraryState>(() => ({ shop } as unknown as LibraryState))
  const run = createStore<RunStoreState>(() => ({
    settings, phase: 'idle', run: emptyRun, engine: { is: 'ready', info: {}, loaded: { policy: settings.policy, settings } },
  } as unknown as RunStoreState))
  const sources = createStore<SourcesState>(() => ({ list } as unknown as SourcesState))
  const past = { list: () => Promise.resolve(records), checkpoint: () => Promise.resolve(new ArrayBuffer(3)) }
  const runs = { ...createStore(() => ({ records })), service: past }
  const memory = new Map<string, string>()
  const view = createView(
    library as unknown as Library, { ...run, engine: { service } } as unknown as Run,
    { rows: createRows({ library: library as unknown as Library, run }), sources, runs: runs as never, memory: { getItem: (name) => memory.get(name) ?? null, setItem: (name, value) => void memory.set(name, value) } })
  const settle = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined)
  return {
    view, run, sources, calls, ranked, settle, memory, library,
    letGo: async (text: string) => {
      waiting.shift()!.resolve(text)
      await settle()
    },
    shown: (id: string) => view.getState().inspection?.columns[id]?.rewrite,
    absent: (id: string) => view.getState().inspection?.absent[id],
  }
}

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

test('the query, the starting policy and the current one stand side by side, each asked once the one before has answered', async () => {
  const { view, calls, letGo, settle, shown } = page()
  view.setQuery('red mug')
  await settle()
  expect([shown('original'), calls]).toEqual(['red mug', ['reference red mug']])
  await letGo(answer('crimson mug'))
  expect(calls).toEqual(['reference red mug', 'current red mug'])
  await letGo(answer('scarlet cup'))
  expect([shown('before'), shown('current'), view.getState().inspecting]).toEqual(['crimson mug', 'scarlet cup', false])
})

test('an answer to an older query never stands under a newer one, and what nobody waits for is not asked', async () => {
  const { view, calls, letGo, settle, shown } = page()
  view.setQuery('red mug')
  await settle()
  view.setQuery('blue mug')
  view.setQuery('pan')
  await settle()
  await letGo(answer('for the red mug'))
  expect([view.getState().inspection?.query, shown('before')]).toEqual(['pan', undefined])
  expect(calls).toEqual(['reference red mug', 'reference pan'])
  await letGo(answer('for the pan'))
  expect(shown('before')).toBe('for the pan')
})

test('a query that was looked at before is there at once: nothing is asked or ranked twice', async () => {
  const { view, calls, ranked, letGo, settle, shown } = page()
  view.setQuery('red mug')
  await settle()
  await letGo(answer('a'))
  await letGo(answer('b'))
  view.setQuery('pan')
  await settle()
  await letGo(answer('c'))
  await letGo(answer('d'))
  const before = [calls.length, ranked.length]
  view.setQuery('red mug')
  await settle()
  expect([shown('before'), shown('current'), [calls.length, ranked.length]]).toEqual(['a', 'b', before])
  view.refresh()
  await settle()
  expect(calls.at(-1)).toBe('reference red mug')
})

test('at a validation the current policy alone is asked again, and its old answer stays until the new one is here', async () => {
  const { view, run, calls, letGo, settle, shown } = page()
  run.setState({ phase: 'running', run: { ...emptyRun, stage: 'grpo', done: 2 } })
  view.setQuery('red mug')
  await settle()
  await letGo(answer('start'))
  await letGo(answer('step 2'))
  run.setState(({ run: state }) => ({ run: { ...state, done: 3, validations: [{} as never] } }))
  await settle()
  expect([calls.slice(2), shown('current')]).toEqual([['current red mug'], 'step 2'])
  await letGo(answer('step 3'))
  expect([shown('current'), view.getState().inspection?.columns['current']?.at]).toEqual(['step 3', { stage: 'grpo', from: 3, to: 3, best: false }])
})

test('of two judged queries with the same words the chosen one is judged, and a typed text is the one that is spelt like it', async () => {
  const { view, library, settle } = page()
  const shop = library.getState().shop!
  const two = [{ ...judged('mug'), id: '1' }, { ...judged('Mug'), id: '2' }, { ...judged('mug'), id: '3', judgements: [{ productId: 'other', label: 'E' as const }] }]
  library.setState({ shop: { ...shop, dataset: { ...shop.dataset, hash: 'two', queries: two } } })
  await settle()
  const ndcg = (): number | undefined => view.getState().inspection?.columns['original']?.measures?.['ndcg@10']
  const judgedNow = async (text: string, id?: string): Promise<unknown[]> => {
    view.setQuery(text, id)
    await settle()
    return [view.getState().inspection?.judged?.id, ndcg()]
  }
  expect([await judgedNow('Mug', '2'), await judgedNow('mug', '1'), await judgedNow('mug', '3')]).toEqual([['2', 1], ['1', 1], ['3', 0]])
  expect([await judgedNow('Mug'), await judgedNow('mug')]).toEqual([['2', 1], ['1', 1]])
})

test('a typed text is ranked after a pause, and only as it stands then', async () => {
  const { view, ranked, settle, shown } = page()
  view.removeColumn('before')
  view.removeColumn('current')
  view.setQuery('red mug')
  await settle()
  const id = view.addTyped()
  await settle()
  expect(shown(id)).toBe('red mug')
  for (const text of ['r', 'ro', 'rose cup']) view.type(id, text)
  await vi.advanceTimersByTimeAsync(100)
  expect(ranked).not.toContain('rose cup')
  await vi.advanceTimersByTimeAsync(1000)
  expect([shown(id), ranked.filter((text) => text.startsWith('r') && text !== 'red mug')]).toEqual(['rose cup', ['rose cup']])
})

test('what was typed belongs to its query, and comes back with it', async () => {
  const { view, settle, shown } = page()
  view.setQuery('red mug')
  const id = view.addTyped()
  view.type(id, 'rose cup')
  await vi.advanceTimersByTimeAsync(1000)
  view.setQuery('pan')
  await settle()
  expect(shown(id)).toBe('pan')
  view.setQuery('red mug')
  await settle()
  expect(shown(id)).toBe('rose cup')
})

test('a checkpoint answers with its own bytes, once for a query', async () => {
  const { view, calls, letGo, settle, shown } = page()
  for (const id of ['before', 'current']) view.removeColumn(id)
  view.setQuery('red mug')
  view.addColumn('checkpoint:r:grpo:4')
  await settle()
  expect(calls).toEqual(['checkpoint of 3 bytes red mug'])
  await letGo(answer('as of step 4'))
  view.setQuery('pan')
  view.setQuery('red mug')
  await settle()
  expect([shown('checkpoint:r:grpo:4'), calls.length]).toEqual(['as of step 4', 1])
})

test('a checkpoint that does not fit the engine says what differs, both values and the remedy', async () => {
  const other = { ...record, settings: { ...settings, policy: 'Qwen/Qwen2.5-0.5B' } } as unknown as RunRecord
  const { view, settle, absent } = page({ records: [other] })
  view.setQuery('red mug')
  view.addColumn('checkpoint:r:grpo:4')
  view.addColumn('checkpoint:r:grpo:9')
  view.addColumn('checkpoint:gone:grpo:4')
  await settle()
  expect(absent('checkpoint:r:grpo:4'))
    .toBe('the checkpoint was trained with policy Qwen/Qwen2.5-0.5B (run brave otter), but the engine holds policy sample; set policy to Qwen/Qwen2.5-0.5B in Train to ask it')
  expect(absent('checkpoint:r:grpo:9')).toBe('run brave otter has no checkpoint of step 9 (any more); choose another')
  expect(absent('checkpoint:gone:grpo:4')).toContain('not kept in this browser')
})

test('sources answer with a text that is ranked, a ranking of their own, or why they have none', async () => {
  const says = (id: string, said: SourceAnswer): Partial<Source> => ({ id, answer: () => Promise.resolve(said) })
  const { view, settle, shown, absent, sources } = page({ sources: [
    says('t', { kind: 'text', rewrite: 'cup' }), says('r', { kind: 'ranking', ids: ['x', 'p red mug'], scores: [2, 1] }), says('a', { kind: 'absent', reason: 'no row' }),
  ] })
  view.setQuery('red mug')
  for (const id of ['t', 'r', 'a', 'gone']) view.addColumn(`source:${id}`)
  await settle()
  const { columns } = view.getState().inspection!
  expect([shown('source:t'), columns['source:t']?.ids, columns['source:r']?.ids, columns['source:r']?.rewrite]).toEqual(['cup', ['p cup'], ['x', 'p red mug'], undefined])
  expect(columns['source:r']?.measures?.['ndcg@10']).toBeCloseTo(1 / Math.log2(3), 12)
  expect([absent('source:a'), absent('source:gone')]).toEqual(['no row', 'this source is not here (any more); bring it again, or remove the column'])
  sources.setState({ list: [says('gone', { kind: 'text', rewrite: 'here again' }) as Source] })
  await settle()
  expect([shown('source:gone'), absent('source:gone')]).toEqual(['here again', undefined])
})

test('other settings for asking or measuring bring another look: no answer or figure of the old ones stays', async () => {
  const asked: unknown[] = []
  const frozen = (said: () => unknown): Partial<Source> => ({
    id: 'f', answer: () => {
      asked.push(said())
      return Promise.resolve({ kind: 'text', rewrite: `answer ${asked.length}` })
    },
  })
  const { view, run, settle, shown } = page({ sources: [frozen(() => run.getState().settings.template)] })
  for (const id of ['before', 'current']) view.removeColumn(id)
  view.addColumn('source:f')
  view.setQuery('red mug')
  await settle()
  const change = async (to: Partial<RunStoreState['settings']>): Promise<void> => {
    run.setState((state) => ({ settings: { ...state.settings, ...to } }))
    await settle()
  }
  for (const to of [{ template: 'rec-r1' }, { thinking: !settings.thinking }, { maxNewTokens: 7 }, { mode: 'as-released' }] as const) await change(to)
  expect([new Set(asked).size, asked.length, shown('source:f')]).toEqual([2, 5, 'answer 5'])
  const first = view.getState().inspection
  await change({ gains: 'graded' })
  const { columns } = view.getState().inspection!
  expect(columns['original']).not.toBe(first?.columns['original'])
  expect(asked).toHaveLength(5)
})

test('a removed column stays away when its answer comes late', async () => {
  const { view, letGo, settle, shown, calls } = page()
  view.setQuery('red mug')
  await settle()
  view.removeColumn('before')
  await letGo(answer('late'))
  expect([shown('before'), calls]).toEqual([undefined, ['reference red mug', 'current red mug']])
})

test('without an engine the query is ranked all the same, and policies say why they are silent', async () => {
  const { view, run, settle, shown, absent } = page()
  run.setState({ engine: { is: 'absent', missing: 'device', reason: 'no adapter' } })
  view.setQuery('red mug')
  await settle()
  expect([shown('original'), absent('current')]).toEqual(['red mug', 'no policy engine: no adapter'])
})

test('columns are remembered as they are arranged', () => {
  const { view, memory } = page()
  view.moveColumn('current', -2)
  view.show({ listed: 20 })
  expect([...memory.values()].map((value) => { const { columns, listed } = JSON.parse(value) as { columns: string[]; listed: number }; return { columns, listed } }))
    .toEqual([{ columns: ['current', 'original', 'before'], listed: 20 }])
})

test('a link that comes before there is a shop is looked at once there is one', async () => {
  const { view, library, settle, shown } = page()
  const { shop } = library.getState()
  library.setState({ shop: undefined })
  expect(view.takeLink('?inspect=pan&column=original')).toBe(true)
  library.setState({ shop } as Partial<LibraryState>)
  await settle()
  expect([view.getState().query, shown('original'), view.getState().columns, view.getState().place]).toEqual(['pan', 'pan', ['original'], 'inspect'])
})
