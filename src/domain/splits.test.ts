// Splits argued on hand-sized data: who stands where, and why; and that a seed decides what is drawn.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JudgedQuery, Split, UserHistory } from './dataset.ts'
import { holdOutDomains, leaveLastOut, OTHER_DOMAINS, readySplits, splitByTime, splitQueries } from './splits.ts'

const query = (id: string, split: Split, domain?: string): JudgedQuery => ({
  id,
  text: id,
  split,
  judgements: [{ productId: 'P', label: 'E' }],
  ...(domain === undefined ? {} : { domain }),
})
const ids = (queries: readonly JudgedQuery[]) => queries.map((one) => one.id)

describe('queries by department', () => {
  const many = [
    ...Array.from({ length: 20 }, (_, i) => query(`t${i}`, 'train')),
    query('a', 'test', 'Books'),
    query('b', 'test', 'Video_Games'),
    query('c', 'test'),
    query('d', 'test', 'Books'),
  ]

  it('tests by the department of the first target, those not asked for and those without one together', () => {
    const splits = splitQueries(many, { seed: 1, validation: 0, domains: ['Books'] })
    expect([...splits.testByDomain].map(([domain, queries]) => [domain, ids(queries)])).toEqual([
      ['Books', ['a', 'd']],
      [OTHER_DOMAINS, ['b', 'c']],
    ])
    expect(ids(splits.test)).toEqual(['a', 'b', 'c', 'd'])
    expect([...splitQueries(many, { seed: 1, validation: 0 }).testByDomain.keys()]).toEqual(['Books', 'Video_Games', OTHER_DOMAINS])
  })

  it("sets validation apart from training by the seed, in the data's order, nothing twice and nothing lost", () => {
    const one = splitQueries(many, { seed: 7, validation: 5 })
    expect(ids(splitQueries(many, { seed: 7, validation: 5 }).validation)).toEqual(ids(one.validation))
    expect(ids(splitQueries(many, { seed: 8, validation: 5 }).validation)).not.toEqual(ids(one.validation))
    expect([...ids(one.train), ...ids(one.validation)].toSorted()).toEqual(ids(many.slice(0, 20)).toSorted())
    expect(ids(one.validation)).toEqual(ids(many).filter((id) => ids(one.validation).includes(id)))
  })

  it('draws nothing where the data names validation queries', () => {
    const splits = splitQueries([...many, query('v', 'validation')], { seed: 7, validation: 5 })
    expect([ids(splits.validation), splits.train.length]).toEqual([['v'], 20])
  })

  it('says so when validation would leave nothing to train on', () => {
    expect(() => splitQueries(many, { seed: 1, validation: 20 })).toThrow('validation is 20 queries of 20 training queries; choose fewer')
  })

  it('holds departments out and trains on all others, whatever split the file named', () => {
    const splits = holdOutDomains(many, { seed: 1, validation: 0, domains: ['Books'] })
    expect(ids(splits.test)).toEqual(['a', 'd'])
    expect(ids(splits.train)).toEqual([...ids(many.slice(0, 20)), 'b', 'c'])
  })
})

const user = (userId: string, items: string, times?: readonly number[]): UserHistory => ({
  userId,
  items: items.split(''),
  ...(times === undefined ? {} : { times }),
})
const row = ({ userId, items, target }: { userId: string; items: readonly string[]; target: string }) => `${userId} ${items.join('')}>${target}`

describe('leave last out', () => {
  it('tests on the last item, validates on the one before, and trains on every earlier one but the first', () => {
    const splits = leaveLastOut([user('u', 'abcde')])
    expect([splits.train.map(row), splits.validation.map(row), splits.test.map(row)]).toEqual([['u a>b', 'u ab>c'], ['u abc>d'], ['u abcd>e']])
  })

  it('leaves out histories of fewer than three items, and cuts long ones to their last items', () => {
    expect(leaveLastOut([user('u', 'ab'), user('v', '')]).test).toEqual([])
    expect(leaveLastOut([user('u', 'abcde', [1, 2, 3, 4, 5])], { longest: 2 }).test).toEqual([
      { userId: 'u', items: ['c', 'd'], target: 'e', time: 5 },
    ])
  })

  it('never shows an item of validation or test to training, for any histories', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 0, maxLength: 9 }), { maxLength: 8 }), (histories) => {
        const users = histories.map((items, i) => user(`u${i}`, items))
        const splits = leaveLastOut(users)
        for (const { userId, items } of users) {
          const told = splits.train.filter((one) => one.userId === userId)
          const length = Math.max(0, ...told.map((one) => one.items.length + 1))
          expect(length).toBe(items.length >= 4 ? items.length - 2 : 0)
          expect(told.map(row)).toEqual(told.map((_, at) => `${userId} ${items.slice(0, at + 1).join('')}>${items[at + 1]}`))
          expect(one(splits.test, userId)).toBe(items.length >= 3 ? `${userId} ${items.slice(0, -1).join('')}>${items.at(-1)}` : undefined)
        }
      }),
    )
  })
})

const one = (rows: readonly { userId: string; items: readonly string[]; target: string }[], userId: string) =>
  rows.filter((told) => told.userId === userId).map(row)[0]

describe('split by time', () => {
  // twenty events at 1 to 20: validation from 17 (the event at 80 %), test from 19
  const users = [
    user('old', 'abcdefghijklmn', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]),
    user('both', 'ax', [15, 17]), // the target is new: neither setting
    user('known', 'ab', [16, 18]), // all in training
    user('new', 'yz', [19, 20]), // none in training
  ]
  const options = { seed: 3, train: 0.8, validation: 0.1, longest: 50, trainRows: 1000, rows: 1000 }

  it('trains before the first cut, and tells rows that training covers wholly from rows that it does not touch', () => {
    const splits = splitByTime(users, options)
    expect(splits.train).toHaveLength(13)
    expect(splits.train.every((told) => told.userId === 'old' && told.time! <= 14)).toBe(true)
    expect([splits.validation.transductive.map(row), splits.validation.inductive]).toEqual([['known a>b'], []])
    expect([splits.test.transductive, splits.test.inductive.map(row)]).toEqual([[], ['new y>z']])
  })

  it('takes the items of the kept training rows as known, the earliest first', () => {
    const splits = splitByTime(users, { ...options, trainRows: 1 })
    expect(splits.train.map(row)).toEqual(['old a>b'])
    expect(splits.validation.transductive.map(row)).toEqual(['known a>b'])
    const reversed = splitByTime([user('old', 'ba', [1, 2]), user('late', 'cdefghijkl', [3, 4, 5, 6, 7, 8, 9, 10, 11, 12])], {
      ...options,
      train: 0.5,
      validation: 0.25,
      trainRows: 1,
    })
    expect(reversed.train.map(row)).toEqual(['old b>a'])
  })

  it('puts all events of one second on one side of a cut', () => {
    const sameDay = Array.from({ length: 10 }, (_, i) => user(`u${i}`, 'ab', [1, i < 5 ? 2 : 3]))
    const splits = splitByTime(sameDay, { ...options, train: 0.8 })
    expect(splits.train).toHaveLength(5)
    expect(splits.test.transductive).toHaveLength(5)
  })

  it('draws as many rows as asked, the same ones for a seed and others for another', () => {
    const crowd = [
      user(
        'old',
        'abcd',
        Array.from({ length: 4 }, () => 1),
      ),
      user('first', 'abcd', [2, 2, 2, 2]),
      ...Array.from({ length: 300 }, (_, i) => user(`u${i}`, 'ab', [3, 4 + i])),
    ]
    const draw = (seed: number) => splitByTime(crowd, { ...options, seed, train: 0.4, validation: 0.1, rows: 20 }).test.transductive.map(row)
    expect(draw(1)).toHaveLength(20)
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
    expect(new Set(draw(1)).size).toBe(20)
  })

  it('says so where nothing has a time, or everything has one time', () => {
    expect(() => splitByTime([user('u', 'abc')], options)).toThrow('none of 1 histories has times; a split by time needs')
    expect(() => splitByTime([user('u', 'abc', [5, 5, 5])], options)).toThrow('all happened at 5; a split by time needs times that differ')
  })
})

describe('ready histories', () => {
  const ready = (userId: string, items: string, target: string, split?: Split, setting?: 'transductive' | 'inductive'): UserHistory => ({
    userId,
    items: items.split(''),
    next: { target, ...(split === undefined ? {} : { split }), ...(setting === undefined ? {} : { setting }) },
  })

  it('stand where their file put them, and have the setting that training gives them where the file names none', () => {
    const splits = readySplits([
      ready('t', 'ab', 'c', 'train'),
      ready('x', 'a', 'b'),
      ready('y', 'q', 'r', 'test'),
      ready('z', 'a', 'r', 'test'),
      ready('v', 'a', 'r', 'validation', 'inductive'),
      user('plain', 'abc'),
    ])
    expect(splits.train.map(row)).toEqual(['t ab>c'])
    expect([splits.test.transductive.map(row), splits.test.inductive.map(row)]).toEqual([['x a>b'], ['y q>r']])
    expect(splits.validation.inductive.map(row)).toEqual(['v a>r'])
  })
})
