// Checks that what leaves the table reads back as what it was: CSV against a plain reader of RFC 4180, TREC files by the project's own readers.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { settingsOf } from '../../domain/config.ts'
import type { Judgement } from '../../domain/dataset.ts'
import { ndcg, targetsOf, trecOrder } from '../../domain/metrics.ts'
import { parseQrels, parseRun } from '../../domain/trec.ts'
import { csvLine, numberCell, textCell, textOfCell } from '../../domain/csv.ts'
import { fallingScores, qrelsFile, runFile, runTag, tableCsv, tableJsonl } from './exports.ts'
import { joinAnswers, valuesOf, type TableAnswer } from './queryRows.ts'

/** RFC 4180, section 2, by the letter. */
function readCsv(text: string): string[][] {
  const records: string[][] = [[]]
  let at = 0
  while (at < text.length) {
    let cell = ''
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (text[at] === '"') at++
        cell += text[at]
      }
      at++
    } else {
      while (at < text.length && text[at] !== ',' && text[at] !== '\r') cell += text[at++]
    }
    records.at(-1)!.push(cell)
    if (text[at] === '\r') {
      at += 2
      if (at < text.length) records.push([])
    } else at++
  }
  return records
}

describe('a cell of CSV', () => {
  test.each(['=1+1', '+44', '-5', '@SUM(A1)', '\t=1', ' =1', '\'=1', '＝1', '\r\n=cmd|\' /C calc\'!A0'])('%j is no formula, and reads back as it was', (text) => {
    const [[content]] = readCsv(csvLine([textCell(text)])) as [[string]]
    expect(content).toBe(`'${text}`)
    expect(textOfCell(content)).toBe(text)
  })

  test.each(['plain', '', '\'quoted\'', 'a "b", c', 'two\r\nlines', 'x=1', '5 - 3', '😀 مرحبا'])('%j stands as it is', (text) => {
    const [[content]] = readCsv(csvLine([textCell(text)])) as [[string]]
    expect(content).toBe(text)
    expect(textOfCell(content)).toBe(text)
  })

  test('any text reads back, and never begins as a formula', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: fc.constantFrom('=', '\'', '+', ' ', '"', ',', '\r\n', 'a', '\t', '😀') }), { minLength: 1, maxLength: 4 }), (texts) => {
      const [cells] = readCsv(csvLine(texts.map(textCell))) as [string[]]
      expect(cells.map(textOfCell)).toEqual(texts)
      for (const cell of cells) expect(cell).not.toMatch(/^\s*[=+\-@]/)
    }))
  })

  test('a number reads back exactly, a negative one too; none is empty', () => {
    expect(Number(numberCell(-0.1 - 0.2))).toBe(-0.1 - 0.2)
    expect([numberCell(undefined), numberCell(Number.NaN), numberCell(0)]).toEqual(['', '', '0'])
  })
})

const said = (queryId: string, rewrite: string, value: number | undefined): TableAnswer => ({
  queryId, query: `=query ${queryId}`, rewrite, text: `<answer>${rewrite}</answer>`, format: value !== undefined,
  ...(value === undefined ? { failed: 'HTTP 500' } : { metrics: { 'ndcg@10': value, 'ndcg@100': value, 'recall@10': value } }),
})
const table = joinAnswers([], [said('1', 'one', 0.25), said('2', 'two', 0.5)], [said('1', '-uno', 0.75), said('2', 'dos', undefined)], () => undefined)
const exported = { table, values: valuesOf(table, 'ndcg@10'), order: new Int32Array([1, 0]), metric: 'ndcg@10', notes: new Map([['1', 'see "this"']]), a: 'original', b: 'after' } as const

describe('the table', () => {
  test('as CSV has the rows in the order shown, numbers to the last digit, and a mark of its encoding', () => {
    const text = tableCsv(exported)
    expect(text.startsWith('\uFEFF')).toBe(true)
    const [head, ...records] = readCsv(text.slice(1))
    const cell = (record: number, name: string): string => textOfCell(records[record]![head!.indexOf(name)]!)
    expect(records).toHaveLength(2)
    expect(records.every(({ length }) => length === head!.length)).toBe(true)
    expect([cell(0, 'query_id'), cell(0, 'query'), cell(0, 'B is'), cell(0, 'format of B'), cell(0, 'B - A')]).toEqual(['2', '=query 2', '', 'no ranking', ''])
    expect([cell(1, 'ndcg@10 of A (original)'), cell(1, 'B - A'), cell(1, 'B is'), cell(1, 'rewrite of B'), cell(1, 'note')]).toEqual(['0.25', '0.5', 'better', '-uno', 'see "this"'])
  })

  test('as JSON lines holds every text as it was', () => {
    const [second, one] = tableJsonl(exported).trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(second).toMatchObject({ queryId: '2', difference: null, b: { system: 'after', failed: 'HTTP 500', format: false } })
    expect(one).toMatchObject({ query: '=query 1', note: 'see "this"', difference: { 'ndcg@10': 0.5 }, b: { rewrite: '-uno', text: '<answer>-uno</answer>' } })
  })
})

describe('a TREC run', () => {
  test('keeps every ranking’s order as trec_eval sorts it, equal scores and rounding included', () => {
    const scores = fc.array(fc.oneof(fc.constantFrom(0, 1, 1 + 1e-9, -2, 3.5), fc.double({ min: -10, max: 10, noNaN: true })), { maxLength: 12 })
    fc.assert(fc.property(scores, (given) => {
      const falling = given.toSorted((a, b) => b - a)
      const ids = falling.map((_, at) => `p${at}`)
      const printed = fallingScores({ ids, scores: falling })
      expect(trecOrder(ids.map((id, at) => [id, printed[at]!] as const))).toEqual(ids)
      for (const [at, score] of printed.entries()) expect(Math.abs(score - falling[at]!)).toBeLessThan(1e-5)
    }))
  })

  test('leaves scores alone where no two are equal', () => {
    expect(fallingScores({ ids: ['a', 'b'], scores: [0.1 + 0.2, 0.1] })).toEqual([0.1 + 0.2, 0.1])
  })

  const ranked = { recommender: { name: 'bm25', rank: (queries: readonly string[]) => Promise.resolve(queries.map((text) => (text === 'two' ? { ids: [], scores: [], failed: 'HTTP 503' } : { ids: [`${text}-1`, 'p'], scores: [2, 1] }))) } }
  const how = { ...ranked, settings: settingsOf('sample'), tag: 'bm25 after', signal: new AbortController().signal, tell: () => undefined }

  test('reads back as the rankings of what was written; one that failed is left out', async () => {
    const text = await (await runFile({ ...how, answers: [said('1', 'one', 0.5), said('2', 'two', 0.5)] })).text()
    expect([...parseRun(text, 'x.run')]).toEqual([['1', [{ id: 'one-1', score: 2 }, { id: 'p', score: 1 }]]])
    expect(text).toContain(' bm25_after\n')
  })

  test('takes rankings that another system made as they are', async () => {
    const rankings = new Map([['1', { ids: ['own'], scores: [9] }]])
    expect(await (await runFile({ ...how, answers: [said('1', 'one', 0.5)], rankings })).text()).toBe('1 Q0 own 1 9 bm25_after\n')
  })

  test('refuses ids with spaces by a sentence, and says why where no ranking came', async () => {
    await expect(runFile({ ...how, answers: [said('a b', 'one', 1)] })).rejects.toThrow('query "a b" is written with white space; a TREC file needs ids without it')
    await expect(runFile({ ...how, answers: [said('2', 'two', 1)] })).rejects.toThrow('none of 1 rankings came: HTTP 503')
  })

  test('has a tag without spaces, whatever the system is called', () => {
    expect(runTag('minisearch', 'policy of step 12 (now)')).toBe('minisearch_policy_of_step_12_now')
    expect(runTag('minisearch', 'after · swift fox')).toBe('minisearch_after_swift_fox')
    // rankings that came from elsewhere are not the open recommender's
    expect(runTag(undefined, 'other')).toBe('other')
  })
})

describe('judgements', () => {
  const judgements: readonly Judgement[] = [
    { productId: 'a', label: 'E' }, { productId: 'b', label: 'S' }, { productId: 'c', label: 'C' }, { productId: 'd', label: 'I' }, { productId: 'b', label: 'I' },
  ]

  test.each(['exact', 'graded'] as const)('with %s gains give the page’s own NDCG to whoever reads them', (gains) => {
    const read = parseQrels(qrelsFile([{ id: 'q', judgements }], gains), 'qrels.txt').get('q')!
    const grades = targetsOf(read.map(([productId, grade]) => ({ productId, label: 'E', grade })), { gains: 'graded', duplicateTargets: 'distinct' })
    const ours = targetsOf(judgements, { gains, duplicateTargets: 'distinct' })
    for (const ids of [['a', 'b', 'c', 'd'], ['d', 'c', 'b', 'a'], ['b', 'x', 'a']]) expect(ndcg(ids, grades, 10)).toBeCloseTo(ndcg(ids, ours, 10), 12)
    expect(read.map(([id]) => id)).toEqual(['a', 'b', 'c', 'd'])
  })

  test('of a graded file stay its own grades', () => {
    expect(qrelsFile([{ id: 'q', judgements: [{ productId: 'a', label: 'E', grade: 3 }] }], 'graded')).toBe('q 0 a 3\n')
  })

  test('with ids that hold spaces are refused by a sentence', () => {
    expect(() => qrelsFile([{ id: 'q', judgements: [{ productId: 'a b', label: 'E' }] }], 'exact')).toThrow('product "a b" is written with white space')
  })
})
