// What people bought, and what others' runs left: sorted by time, counted once, gathered by file.
import { describe, expect, it } from 'vitest'
import { at, bought, gather, product } from './testing.ts'

describe('histories', () => {
  it("are sorted by time, events of one second in the file's order; without times the file's order stands", () => {
    const { users, report, problem } = gather((sink) => {
      sink.product(product('a'), at(1))
      sink.interaction(bought('u', 'c', 3), at(1))
      sink.interaction(bought('v', 'z'), at(2))
      sink.interaction(bought('u', 'a', 1), at(3))
      sink.interaction(bought('u', 'b', 1), at(4))
      sink.interaction(bought('v', 'a', 1), at(5))
    })
    expect(users).toEqual([
      { userId: 'u', items: ['a', 'b', 'c'], times: [1, 1, 3], strengths: [5, 5, 5] },
      { userId: 'v', items: ['z', 'a'], strengths: [5, 5] },
    ])
    expect(report).toMatchObject({ users: 2, interactions: 5, items: 4, itemsJoined: 1, sequences: 0 })
    expect(problem).toBeUndefined()
  })

  it('have their strengths in the order of their events, and none where an event tells none', () => {
    const { users, report } = gather((sink) => {
      sink.product(product('a'), at(1))
      sink.interaction({ userId: 'u', itemId: 'b', time: 2, rating: 0.25 }, at(1))
      sink.interaction({ userId: 'u', itemId: 'a', time: 1, rating: 4 }, at(2))
      sink.interaction({ userId: 'v', itemId: 'a', time: 1, rating: 5 }, at(3))
      sink.interaction({ userId: 'v', itemId: 'b', time: 2, rating: undefined }, at(4))
      sink.interaction({ userId: 'w', itemId: 'b', time: 2, rating: undefined }, at(5))
    })
    expect(users.map(({ userId, items, strengths }) => [userId, items, strengths])).toEqual([
      ['u', ['a', 'b'], [4, 0.25]],
      ['v', ['a', 'b'], undefined],
      ['w', ['b'], undefined],
    ])
    expect(report.strengths).toBe(3)
    expect(report.notes).toEqual(['of 1 people some events tell a strength and some do not, so they have none'])
  })

  it('carry what is told of the person, single events and ready histories alike; who bought nothing is left out', () => {
    const { users, report } = gather((sink) => {
      sink.product(product('a'), at(1))
      sink.person('u', { profile: { age: '30', interests: 'tea' }, split: 'test' }, at(1, 'people'))
      sink.person('u', { profile: { age: '31', city_tier: '2' } }, at(2, 'people'))
      sink.person('nobody', { profile: { age: '9' } }, at(3, 'people'))
      sink.interaction(bought('u', 'a', 1), at(1))
      sink.sequence({ userId: 'u', items: ['a'], target: 'b' }, at(1, 'x'))
      sink.interaction(bought('v', 'a', 1), at(2))
    })
    const told = [{ age: '30', interests: 'tea', city_tier: '2' }, 'test']
    expect(users.map(({ profile, split }) => [profile, split])).toEqual([told, [undefined, undefined], told])
    expect(report.profiles).toEqual({ people: 1, names: ['age', 'city_tier', 'interests'] })
    expect(report.notes).toEqual(['1 people are told of who bought nothing; they are left out'])
  })

  it('that come ready keep their item to predict; each pair of person and item counts as one purchase', () => {
    const { users, report } = gather((sink) => {
      sink.sequence({ userId: 'u', items: ['a'], target: 'b', split: 'test', setting: 'inductive' }, at(1, 'x'))
      sink.sequence({ userId: 'u', items: ['a', 'b'], target: 'c' }, at(2, 'All_Beauty.valid.csv'))
      sink.sequence({ userId: 'u', items: [], target: 'a' }, at(3, 'All_Beauty.valid.csv'))
    })
    expect(users).toEqual([
      { userId: 'u', items: ['a'], next: { target: 'b', split: 'test', setting: 'inductive' } },
      { userId: 'u', items: ['a', 'b'], next: { target: 'c', split: 'validation', domain: 'All_Beauty' } },
    ])
    expect(report).toMatchObject({ users: 1, interactions: 3, items: 3, sequences: 3 })
    expect(report.notes).toEqual(['1 histories are empty before the item to predict, and are left out'])
  })
})

describe("the benchmark's rows", () => {
  it('are one purchase each, whatever history they repeat, and keep their time', () => {
    const { users, report } = gather((sink) => {
      sink.sequence({ userId: 'u', items: ['a', 'b'], target: 'c', time: 5 }, at(1, 'All_Beauty.test.csv'))
      sink.sequence({ userId: 'u', items: ['a', 'b', 'c'], target: 'a', time: 6 }, at(2, 'All_Beauty.test.csv'))
    })
    expect(report).toMatchObject({ users: 1, interactions: 2, items: 3, sequences: 2 })
    expect(users.map((user) => user.next!.time)).toEqual([5, 6])
  })
})

describe('stored rankings and outputs', () => {
  it('gather the lines of a run by file and query, and keep results as they came', () => {
    const { rankings, outputs } = gather((sink) => {
      sink.retrieved({ queryId: '1', ids: ['a'], scores: [2] }, at(1, 'run'))
      sink.retrieved({ queryId: '1', ids: ['b'], scores: [1] }, at(2, 'run'))
      sink.retrieved({ queryId: '1', ids: ['c'], scores: [9] }, at(1, 'other'))
      sink.retrieved({ queryId: '1', ids: ['a'], targets: ['a', 'a'], measures: { 'ndcg@10': 1 } }, at(1, 'results'))
      sink.output({ queryId: '0', text: 'x' }, at(1, 'outputs'))
    })
    expect(rankings).toEqual([
      { file: 'run', row: 1, queryId: '1', ids: ['a', 'b'], scores: [2, 1] },
      { file: 'other', row: 1, queryId: '1', ids: ['c'], scores: [9] },
      { file: 'results', row: 1, queryId: '1', ids: ['a'], targets: ['a', 'a'], measures: { 'ndcg@10': 1 } },
    ])
    expect(outputs).toEqual([{ file: 'outputs', row: 1, queryId: '0', text: 'x' }])
  })
})
