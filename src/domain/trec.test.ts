// Runs and judgements as text: what is written reads back, and every bad line is told.
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parseQrels, parseRun, printQrels, printRun } from './trec.ts'

describe('a TREC run', () => {
  it('is printed with ranks from 1, and read by query', () => {
    const text = printRun('q1', { ids: ['b', 'a'], scores: [2.5, 0.1] }, 'bm25') + printRun('q2', { ids: ['c'], scores: [1e-7] }, 'bm25')
    expect(text).toBe('q1 Q0 b 1 2.5 bm25\nq1 Q0 a 2 0.1 bm25\nq2 Q0 c 1 1e-7 bm25\n')
    expect([...parseRun(text, 'r')]).toEqual([['q1', [{ id: 'b', score: 2.5 }, { id: 'a', score: 0.1 }]], ['q2', [{ id: 'c', score: 1e-7 }]]])
  })

  it('reads back exactly whatever it holds', () => {
    const word = fc.stringMatching(/^[^\s\uFEFF]+$/)
    const scores = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }).map((score) => score + 0), { minLength: 1, maxLength: 5 })
    fc.assert(fc.property(word, scores, word, (query, values, tag) => {
      const text = printRun(query, { ids: values.map((_, i) => `p${i}`), scores: values }, tag)
      expect([...parseRun(text, 'r')]).toEqual([[query, values.map((score, i) => ({ id: `p${i}`, score }))]])
    }))
  })

  it('may have tabs, empty lines, carriage returns, a byte order mark, and no end of its last line', () => {
    expect([...parseRun('\uFEFFq\tQ0\ta\t1\t3\tt\r\n\r\n q Q0  b 2 2 t', 'r')]).toEqual([['q', [{ id: 'a', score: 3 }, { id: 'b', score: 2 }]]])
  })

  test.each([
    ['q Q0 a 1 3 t\nq Q0 b 2 2\n', 'run r.trec line 2 has 5 fields; a TREC run has six: query, Q0, product, rank, score and tag'],
    ['\nq Q0 a 1 high t', 'run r.trec line 2: score is "high"; give a number'],
    ['q Q0 a 1 NaN t', 'run r.trec line 1: score is "NaN"; give a number'],
    ['q Q0 a 1 1e999 t', 'run r.trec line 1: score is "1e999"; give a number'],
    ['\n\n', 'run r.trec has no line; a TREC run has lines of query, Q0, product, rank, score and tag'],
  ])('that is broken is refused by line: %j', (text, sentence) => {
    expect(() => parseRun(text, 'r.trec')).toThrow(sentence)
  })

  it('may have infinite scores, as C prints them', () => {
    expect(parseRun('q Q0 a 1 inf t\nq Q0 b 2 1 t\nq Q0 c 3 -Infinity t\n', 'f').get('q')!.map(({ score }) => score)).toEqual([Infinity, 1, -Infinity])
  })

  it('cannot hold an id with white space, and says so', () => {
    expect(() => printRun('red shoes', { ids: ['a'], scores: [1] }, 't')).toThrow('query "red shoes" is written with white space; a TREC file needs ids without it')
    expect(() => printRun('q', { ids: [''], scores: [1] }, 't')).toThrow('product "" is empty')
  })
})

describe('judgements', () => {
  const judged = [['q1', [['a', 2], ['b', 0]]], ['q2', [['a', -1]]]]

  it('are read as TREC has them, and printed', () => {
    const text = 'q1 0 a 2\nq1 0 b 0\nq2 0 a -1\n'
    expect([...parseQrels(text, 'f')]).toEqual(judged)
    expect(printQrels(parseQrels(text, 'f'))).toBe(text)
  })

  it('of BEIR may have spaces in their ids, between tabs', () => {
    expect(parseQrels('query-id\tcorpus-id\tscore\nq 1\td 1\t2\n', 'f').get('q 1')).toEqual([['d 1', 2]])
  })

  it('are read as BEIR has them, with its header or without', () => {
    const rows = 'q1\ta\t2\nq1\tb\t0\nq2\ta\t-1'
    expect([...parseQrels(`query-id\tcorpus-id\tscore\n${rows}`, 'f')]).toEqual(judged)
    expect([...parseQrels(rows, 'f')]).toEqual(judged)
  })

  test.each([
    ['q 0 a 1\nq 0 a', 'qrels f line 2 has 3 fields; TREC judgements have four: query, iteration, product and grade'],
    ['q\ta\t1\nq\t0\ta\t1', 'qrels f line 2 has 4 fields; this file’s first line has three: query, product and grade'],
    ['q 0 a E', 'qrels f line 1: grade is "E"; give a number'],
    ['query-id\tcorpus-id\tscore\n', 'qrels f has no judgement'],
  ])('that are broken are refused by line: %j', (text, sentence) => {
    expect(() => parseQrels(text, 'f')).toThrow(sentence)
  })
})
