// Checks who is asked and how: other systems as they answer, a policy in training held still, and refusals by sentence.
import { expect, test } from 'vitest'
import type { PolicyService } from '../../client/policy.ts'
import { settingsOf } from '../../domain/config.ts'
import { emptyRun } from '../../experiment/reduce.ts'
import { Task } from '../../experiment/tasks.ts'
import type { RunStoreState } from '../run/run.ts'
import type { Source } from '../inspect/sources.ts'
import { askingOf, rankingsOf, type WritersWorld } from './writers.ts'

const settings = settingsOf('sample')
const task = (id: string): Task => new Task(0, { id, text: `query ${id}`, split: 'test', judgements: [] }, settings)
const source = { id: 's', kind: 'run', answerAll: (queries: readonly { readonly id?: string }[]) => Promise.resolve(queries.map(({ id }) => (
  id === '1' ? { kind: 'ranking', ids: ['p'], scores: [2] } : id === '2' ? { kind: 'text', rewrite: 'words', fault: 'no tag' } : { kind: 'absent', reason: 'not in the file' }))) } as unknown as Source

function world(over: { readonly phase?: string; readonly done?: () => number; readonly parameters?: number; readonly engine?: object } = {}) {
  const asked: string[] = []
  const answer = (how: string) => (request: { readonly prompts: readonly unknown[] }) => {
    asked.push(how)
    return Promise.resolve(request.prompts.map((_, prompt) => ({ prompt, member: 0, text: 'no tags', ids: [], logps: [], stop: 'token' })))
  }
  const service = {
    generate: answer('as it stands'), generateAs: (_: ArrayBuffer, request: { readonly prompts: readonly unknown[] }) => answer('held still')(request),
    checkpoint: () => {
      asked.push('checkpoint')
      return Promise.resolve(new ArrayBuffer(8))
    },
  } as unknown as PolicyService
  const getState = () => ({
    engine: over.engine ?? { is: 'ready', info: { trainableParameters: over.parameters ?? 1000 }, loaded: { policy: 'sample', settings } },
    phase: over.phase ?? 'paused', run: { ...emptyRun, stage: 'grpo', done: over.done?.() ?? 12 },
  }) as unknown as RunStoreState
  const made: WritersWorld = {
    run: { getState, engine: { service } }, sources: { getState: () => ({ list: [source] }) }, signal: new AbortController().signal,
    past: { record: () => Promise.reject(new Error('not here')), checkpoint: () => Promise.reject(new Error('not here')) },
  }
  return { made, asked }
}

test('another system answers with rankings, texts, or nothing, as its file has it', async () => {
  const { write, batch } = await askingOf('source:s', settings, world().made)
  expect(batch).toBe(500)
  expect(await write([task('1'), task('2'), task('3')])).toEqual([{ kind: 'ranking', ids: ['p'] }, { kind: 'text', reading: { text: 'words' }, format: false }, { kind: 'absent' }])
  const rankings = await rankingsOf('source:s', [{ queryId: '1', query: '' }, { queryId: '2', query: '' }], world().made.sources, new AbortController().signal)
  expect([...rankings.keys()]).toEqual(['1'])
})

test('a policy in training is held still: the step is that of the weights, and every batch is answered by them', async () => {
  const { made, asked } = world()
  const { id, write, unheld } = await askingOf('policy', settings, made)
  expect([id, unheld]).toEqual(['policy@grpo:12', undefined])
  expect(await write([task('1')])).toEqual([{ kind: 'text', reading: { text: 'no tags' }, output: 'no tags', format: false }])
  expect(asked).toEqual(['checkpoint', 'held still'])
})

test('a step that ends while the weights are taken has them taken again; steps too quick for that are said', async () => {
  let steps = 0
  const twice = world({ done: () => Math.min(3, ++steps) })
  expect((await askingOf('policy', settings, twice.made)).id).toBe('policy@grpo:3')
  let endless = 0
  await expect(askingOf('policy', settings, world({ done: () => ++endless }).made)).rejects.toThrow('pause the run, and evaluate then')
})

test('where no run is under way the policy answers as it stands, until one begins', async () => {
  const { made, asked } = world({ phase: 'finished' })
  const { write, unheld } = await askingOf('policy', settings, made)
  await write([task('1')])
  expect([unheld, asked]).toEqual([true, ['as it stands']])
})

test('what cannot be asked is refused by a sentence', async () => {
  await expect(askingOf('policy', settings, world({ parameters: 1e9 }).made)).rejects.toThrow('takes 12000 MB and cannot be held still beside it')
  await expect(askingOf('start', settings, world({ engine: { is: 'absent', reason: 'no adapter' } }).made)).rejects.toThrow('no policy is loaded: no adapter')
  await expect(askingOf('source:gone', settings, world().made)).rejects.toThrow('this system is not here any more')
  await expect(askingOf('live:after', settings, world().made)).rejects.toThrow('live:after cannot be asked; its answers are what they were')
})
