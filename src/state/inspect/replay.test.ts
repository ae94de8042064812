// Checks which answers and which step's rollouts are shown as a run goes on, a step is pinned and another run is chosen.
import { describe, expect, test, vi } from 'vitest'
import { settingsOf } from '../../domain/config.ts'
import { createStore } from 'zustand/vanilla'
import type { AnswersEvent, ScoredRollout } from '../../experiment/events.ts'
import { emptyRun, type RunState } from '../../experiment/reduce.ts'
import { createCursor } from '../cursor.ts'
import { createRows } from '../tasks/rows.ts'
import { atOrBefore, createReplay, type ReplayWorld, type StepRollouts } from './replay.ts'

const rollout = (queryId: string, text: string): ScoredRollout => ({
  queryId, query: queryId, member: 0, text, rewrite: text, reward: 1, parts: {}, advantage: 0, tokens: 1, logp: -1, ids: [1], logps: [-1], stop: 'token',
})
const step = (at: number, ...queries: string[]): StepRollouts => ({ step: at, rollouts: queries.map((id) => rollout(id, `${id} at ${at}`)) })
const answers = (at: number): AnswersEvent => ({
  type: 'answers', step: at, split: 'validation', policy: 'current', answers: [{ queryId: 'mug', query: 'mug', rewrite: `greedy ${at}`, format: true }],
})
const line = (stored: StepRollouts): string => JSON.stringify({ type: 'rollouts', ...stored })

/** A page with the queries `mug` and `lamp`, and a store of runs that keeps `kept`; `asked` says what was read of it. */
function page(kept: readonly StepRollouts[] = [], record?: string) {
  const asked: string[] = []
  const run = createStore(() => ({ settings: settingsOf('sample'), run: emptyRun as RunState, record: record === undefined ? undefined : { id: record } }))
  const view = createStore(() => ({ query: 'mug' }))
  const library = createStore(() => ({ shop: { dataset: { queries: [{ id: 'mug', text: 'mug', split: 'train', judgements: [] }, { id: 'lamp', text: 'lamp', split: 'train', judgements: [] }] } } }))
  const service = {
    lines: (id: string, kind: string, wanted: { step?: number; queryId?: string }) => {
      asked.push(`${id} ${kind} ${JSON.stringify(wanted)}`)
      if (kind === 'answers') return Promise.resolve([])
      if (wanted.step !== undefined) return Promise.resolve(kept.filter((one) => one.step === wanted.step).map(line))
      return Promise.resolve(kept.map((one) => ({ ...one, rollouts: one.rollouts.filter(({ queryId }) => queryId === wanted.queryId) })).filter(({ rollouts }) => rollouts.length > 0).map(line))
    },
    steps: () => Promise.resolve(kept.map((one) => one.step)),
    list: () => Promise.resolve([]),
  }
  const cursor = createCursor()
  const replay = createReplay({ run, view, rows: createRows({ library, run } as never), cursor, runs: { service } } as unknown as ReplayWorld)
  const goOn = (...steps: StepRollouts[]): void => run.setState(({ run: before }) => {
    const history = [...before.rolloutHistory, ...steps].slice(-2)
    return { run: { ...before, rollouts: history.at(-1), rolloutHistory: history } }
  })
  const said = (): unknown[] => replay.getState().moments.map((moment) => (moment.kind === 'sampled' ? moment.rollouts[0]!.text : moment.answer.rewrite))
  return { replay, run, view, cursor, goOn, said, asked }
}

describe('the page’s run', () => {
  test('adds what its steps and evaluations say of the inspected query, and nothing else', () => {
    const { replay, goOn, said } = page()
    replay.watch()
    goOn(step(1, 'mug', 'lamp'))
    goOn(step(2, 'lamp'))
    replay.hear(answers(2))
    goOn(step(3, 'mug'))
    expect(said()).toEqual(['mug at 1', 'greedy 2', 'mug at 3'])
    expect(replay.getState()).toMatchObject({ last: 3, step: { step: 3 } })
  })

  test('is followed by nobody who does not look: only what memory holds, and the evaluations, are there afterwards', () => {
    const { replay, goOn, said } = page()
    goOn(step(1, 'mug'))
    goOn(step(2, 'mug'))
    goOn(step(3, 'mug'))
    replay.hear(answers(3))
    expect(said()).toEqual([])
    replay.watch()
    expect(said()).toEqual(['mug at 2', 'mug at 3', 'greedy 3'])
  })

  test('leaves nothing of its past to the run that is shown after it, whether anybody looks or not', async () => {
    const { replay, run, goOn, said } = page([], 'run-1')
    replay.hear(answers(2))
    goOn(step(3, 'mug'))
    run.setState({ run: emptyRun, record: undefined })
    replay.watch()
    expect(said()).toEqual([])
    replay.hear(answers(4))
    run.setState({ record: { id: 'run-2' } })
    await vi.waitFor(() => expect(said()).toEqual(['greedy 4']))
  })

  test('is read back from the store where it is kept there, by the query alone, and goes on in memory', async () => {
    const { replay, goOn, said, asked } = page([step(1, 'mug', 'lamp'), step(2, 'lamp'), step(3, 'mug')], 'run-1')
    goOn(step(3, 'mug'))
    const end = replay.watch()
    await vi.waitFor(() => expect(said()).toEqual(['mug at 1', 'mug at 3']))
    goOn(step(4, 'mug'))
    expect(said()).toEqual(['mug at 1', 'mug at 3', 'mug at 4'])
    expect(asked).toEqual(['run-1 rollouts {"queryId":"mug"}', 'run-1 answers {"queryId":"mug"}'])
    end()
    goOn(step(5, 'mug'))
    expect(said()).toHaveLength(3)
  })

  test('shows another query when that is inspected, and none for a text that nobody judged', () => {
    const { replay, view, goOn, said } = page()
    replay.watch()
    goOn(step(1, 'mug', 'lamp'))
    view.setState({ query: 'LAMP' })
    expect(said()).toEqual(['lamp at 1'])
    view.setState({ query: 'something typed' })
    expect(replay.getState()).toMatchObject({ query: undefined, moments: [] })
  })
})

describe('a pinned step', () => {
  test('shows its rollouts from the store when memory has let them go, and the last again when it is let go', async () => {
    const { replay, cursor, goOn, asked } = page([step(1, 'mug'), step(2, 'mug')], 'run-1')
    goOn(step(8, 'mug'), step(9, 'mug'))
    replay.watch()
    await vi.waitFor(() => expect(replay.getState().steps).toEqual([1, 2]))
    replay.pin(5)
    await vi.waitFor(() => expect(replay.getState().step?.step).toBe(2))
    expect(asked).toContain('run-1 rollouts {"step":2}')
    replay.pin(9)
    expect(cursor.getState().pinned).toBeUndefined()
    await vi.waitFor(() => expect(replay.getState().step?.step).toBe(9))
  })

  test('before the first has none', async () => {
    const { replay, cursor, goOn } = page()
    goOn(step(8, 'mug'))
    replay.watch()
    cursor.setState({ pinned: 3 })
    await vi.waitFor(() => expect(replay.getState().step).toBeUndefined())
  })
})

test('a kept run is looked back on to its own last step, and the page’s run does not disturb it', async () => {
  const { replay, goOn, said } = page([step(4, 'mug'), step(7, 'lamp')])
  replay.watch()
  replay.choose('run-2')
  await vi.waitFor(() => expect(replay.getState()).toMatchObject({ last: 7, step: { step: 7 } }))
  await vi.waitFor(() => expect(said()).toEqual(['mug at 4']))
  goOn(step(1, 'mug'))
  expect(said()).toEqual(['mug at 4'])
})

test('the largest step that is not above is found by halves', () => {
  expect([0, 1, 4, 5, 9, 100].map((at) => atOrBefore([1, 5, 9], at))).toEqual([undefined, 1, 1, 5, 9, 9])
})
