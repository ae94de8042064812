// Checks the results table against cases worked out by hand: adjusted p-values, marks, what is best, and what may not be compared.
import { describe, expect, test } from 'vitest'
import { csvCell } from './csv.ts'
import { holm } from './holm.ts'
import { captionOf, methodsTable, type MethodsTable, type System } from './methodsTable.ts'
import { Resampled, type Resampling } from './resampled.ts'
import { bootstrapInterval, fineRandomisationTest, pairedGain } from './statistics.ts'
import { latexText, markdownText, tableCsv, tableLatex, tableMarkdown } from './tableText.ts'

const resampling: Resampling = {
  gain: (one, other) => Promise.resolve(pairedGain([...one], [...other], 1, fineRandomisationTest)),
  interval: (values) => Promise.resolve(bootstrapInterval([...values], 1)),
}

/** Systems of one run over queries q1, q2, …: NDCG@10 by query; the other measures are left out. */
function systems(run: string, values: Readonly<Partial<Record<System['role'], readonly (number | undefined)[]>>>, data = 'shop', first = 1): System[] {
  const titles = { original: ['Original query', 'bm25'], start: ['Prompting', 'sample, bm25'], trained: [run, 'RL, bm25'] } as const
  return (Object.keys(titles) as (keyof typeof titles)[]).flatMap((role) => {
    const own = values[role]
    if (own === undefined) return []
    const [title, detail] = titles[role]
    return [{
      role, title, detail, run: { id: run, name: run }, data: { name: data, hash: `#${data}` },
      values: new Map(own.map((value, at) => [`q${first + at}`, value === undefined ? {} : { 'ndcg@10': value }] as const)),
    }]
  })
}
const tableOf = (given: readonly System[]): Promise<MethodsTable> => methodsTable(given, new Resampled(resampling))
const constant = (value: number): number[] => Array.from({ length: 12 }, () => value)

describe('Holm’s adjustment', () => {
  test('multiplies the smallest by how many there are, the next by one fewer, and never falls', () => {
    // 0.005 × 4, 0.01 × 3, 0.03 × 2, and 0.04 × 1 raised to what stands before it
    expect(holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(10)))).toEqual([0.03, 0.06, 0.06, 0.02])
  })

  test('never exceeds 1, and leaves a single comparison as it is', () => {
    expect(holm([0.6, 0.7])).toEqual([1, 1])
    expect(holm([0.04])).toEqual([0.04])
    expect(holm([])).toEqual([])
  })
})

describe('the results table', () => {
  test('has means of each method, and marks of exact tests after the adjustment', async () => {
    // 12 queries, every difference of one sign: exact p is 2 / 2^12 = 0.00048828125, three tests, so at most thrice that
    const { rows, comparisons } = await tableOf(systems('a', { original: constant(0.2), start: constant(0.3), trained: constant(0.5) }))
    expect(rows.map(({ title, cells }) => [title, cells[0]?.['ndcg@10']?.mean.toFixed(6)])).toEqual([['Original query', '0.200000'], ['Prompting', '0.300000'], ['a', '0.500000']])
    expect(comparisons).toBe(3)
    const trained = rows[2]!.cells[0]!['ndcg@10']!
    expect(trained.tests.start).toMatchObject({ p: 2 / 4096, adjusted: 6 / 4096, queries: 12 })
    expect(trained.tests.start?.delta).toBeCloseTo(0.2, 12)
    expect(trained.marks).toEqual([{ against: 'original', level: 2, lower: false }, { against: 'start', level: 2, lower: false }])
    expect(rows.map(({ cells }) => cells[0]?.['ndcg@10']?.best)).toEqual([false, false, true])
  })

  test('marks a loss as one, and leaves unmarked what chance explains', async () => {
    const noisy = constant(0.3).map((value, at) => value + (at % 2 === 0 ? 0.1 : -0.1))
    const { rows } = await tableOf(systems('a', { original: constant(0.5), start: noisy, trained: constant(0.3) }))
    // two of four mean differences of the noise are even: nothing there
    expect(rows[2]!.cells[0]!['ndcg@10']!.marks).toEqual([{ against: 'original', level: 2, lower: true }])
  })

  test('an effect that is significant alone may not be among many: the adjustment is over the whole table', async () => {
    // 7 of 7 queries better: exact p = 2 / 128 = 0.015625; alone with its two neighbours it is 0.047, with a second run’s three it is not below 0.05
    const seven = (value: number): number[] => Array.from({ length: 7 }, () => value)
    const one = systems('a', { original: seven(0.2), start: seven(0.3), trained: seven(0.5) })
    const marks = ({ rows }: MethodsTable): number => rows.flatMap(({ cells }) => cells[0]?.['ndcg@10']?.marks ?? []).length
    expect(marks(await tableOf(one))).toBe(3)
    expect(marks(await tableOf([...one, ...systems('b', { original: seven(0.2), start: seven(0.3), trained: seven(0.6) })]))).toBe(0)
  })

  test('one original and one start stand for all runs that share them, and a run’s own start is told apart', async () => {
    const shared = { original: constant(0.2), start: constant(0.3) }
    const { rows } = await tableOf([
      ...systems('a', { ...shared, trained: constant(0.5) }), ...systems('b', { ...shared, trained: constant(0.4) }),
      ...systems('c', { ...shared, start: constant(0.35), trained: constant(0.4) }),
    ])
    expect(rows.map(({ title, detail }) => `${title}: ${detail}`)).toEqual([
      'Original query: bm25', 'Prompting: sample, bm25', 'Prompting: sample, bm25, c', 'a: RL, bm25', 'b: RL, bm25', 'c: RL, bm25',
    ])
  })

  test('trained policies are compared with each other on the same queries, the later against the earlier', async () => {
    const shared = { original: constant(0.2), start: constant(0.3) }
    const { pairs } = await tableOf([...systems('a', { ...shared, trained: constant(0.5) }), ...systems('b', { ...shared, trained: constant(0.4) })])
    expect(pairs).toHaveLength(1)
    expect(pairs[0]).toMatchObject({ one: 'b', other: 'a', queries: 12, p: 2 / 4096 })
    expect(pairs[0]?.delta).toBeCloseTo(-0.1, 12)
  })

  test('runs on other data, or on other queries of the same data, stand in columns of their own and are not compared', async () => {
    const all = { original: constant(0.2), start: constant(0.3), trained: constant(0.5) }
    const { data, pairs, rows, notes } = await tableOf([...systems('a', all), ...systems('b', all, 'books'), ...systems('c', all, 'shop', 5)])
    expect(data.map(({ name, queries }) => `${name} ${queries}`)).toEqual(['shop 12', 'books 12', 'shop 12'])
    expect(pairs).toEqual([])
    expect(rows.filter(({ role }) => role === 'original').map(({ cells }) => cells.filter((cell) => cell !== undefined).length)).toEqual([3])
    expect(rows.filter(({ role }) => role === 'trained').map(({ cells }) => cells.map((cell) => cell !== undefined))).toEqual([
      [true, false, false], [false, true, false], [false, false, true],
    ])
    expect(notes.join(' ')).toMatch(/different data.*different test queries/)
  })

  test('a query that one side has no value for is in no comparison, but in the mean of the other', async () => {
    const { rows } = await tableOf(systems('a', { original: [0, 0.4, undefined], start: [0.1, 0.2, 0.3] }))
    expect(rows[0]!.cells[0]!['ndcg@10']).toMatchObject({ mean: 0.2, queries: 2 })
    expect(rows[1]!.cells[0]!['ndcg@10']!.tests.original?.queries).toBe(2)
    expect(rows[1]!.cells[0]!['ndcg@10']!.mean).toBeCloseTo(0.2, 12)
  })

  test('one more run costs only what is new about it, and changes no interval of the others', async () => {
    let drawn = 0
    const resampled = new Resampled({
      gain: (one, other) => { drawn++; return resampling.gain(one, other) }, interval: (values) => { drawn++; return resampling.interval(values) },
    })
    const noisy = (value: number): number[] => constant(value).map((of, at) => of + at / 100)
    const shared = { original: noisy(0.2), start: constant(0.3) }
    const one = systems('a', { ...shared, trained: noisy(0.5) })
    const first = await methodsTable(one, resampled)
    // three gains, and two intervals: constants have none to draw
    expect(drawn).toBe(5)
    expect(await methodsTable(one, resampled)).toEqual(first)
    expect(drawn).toBe(5)
    const both = await methodsTable([...one, ...systems('b', { trained: noisy(0.4) })], resampled)
    // its own interval, and the one comparison with the other run
    expect(drawn).toBe(7)
    expect(both.rows.find(({ title }) => title === 'a')?.cells[0]?.['ndcg@10']?.low).toBe(first.rows[2]!.cells[0]!['ndcg@10']!.low)
  })

  test('clear gains over 10,000 queries are marked among 45 comparisons', async () => {
    const many = (value: number, seed: number): number[] => Array.from({ length: 10_000 }, (_, at) => value + ((at * seed) % 101) / 400)
    const shared = { original: many(0.2, 7), start: many(0.25, 11) }
    const eight = Array.from({ length: 8 }, (_, at) => systems(`run ${at}`, { ...shared, trained: many(0.3 + at / 100, 13 + 2 * at) })).flat()
    const table = await methodsTable(eight, new Resampled({
      gain: (one, other) => Promise.resolve({ delta: 0.1, low: 0, high: 0, p: fineRandomisationTest([...one], [...other], 1) }),
      interval: () => Promise.resolve({ low: 0, high: 0 }),
    }))
    expect(table.comparisons).toBe(45)
    const trained = table.rows.filter(({ role }) => role === 'trained')
    expect(trained.map(({ cells }) => cells[0]?.['ndcg@10']?.marks.map(({ level }) => level))).toEqual(trained.map(() => [2, 2]))
  })

  test('a run that has not ended has its original and start alone', async () => {
    const { rows } = await tableOf(systems('a', { original: constant(0.2), start: constant(0.3) }))
    expect(rows.map(({ role }) => role)).toEqual(['original', 'start'])
  })
})

describe('the table as text', () => {
  const table = tableOf(systems('50 % | best_run & {co}', { original: constant(0.2), start: constant(0.3), trained: constant(0.5) }))

  test('Markdown escapes what would end a cell or begin markup', async () => {
    expect(markdownText('a|b*c_d`e[f]\\\n<g>')).toBe('a\\|b\\*c\\_d\\`e\\[f\\]\\\\ \\<g\\>')
    const lines = tableMarkdown(await table).split('\n')
    expect(lines[0]).toBe('| Method |  | NDCG@10 | NDCG@100 | Recall@10 | Format |')
    expect(lines[4]).toBe('| 50 % \\| best\\_run & \\{co\\} | RL, bm25 | **0.500** ‡o ‡s [0.500, 0.500] | – | – | – |')
    expect(lines.at(-2)).toContain('Holm–Bonferroni over the 3 comparisons')
  })

  test('LaTeX escapes its ten special characters and writes signs by name', async () => {
    expect(latexText('say "x"\ntwice')).toBe('say {\\char34}x{\\char34} twice')
    expect(latexText('\\ { } $ & # _ % ~ ^ † < >')).toBe('\\textbackslash{} \\{ \\} \\$ \\& \\# \\_ \\% \\textasciitilde{} \\textasciicircum{} \\textdagger{} \\textless{} \\textgreater{}')
    const text = tableLatex(await table)
    expect(text).toContain('50 \\% \\textbar{} best\\_run \\& \\{co\\} & RL, bm25 & \\textbf{0.500}$^{\\ddagger o\\,\\ddagger s}$ {\\scriptsize [0.500, 0.500]} & -- & -- & -- \\\\')
    expect(text).toContain('\\begin{tabular}{llrrrr}')
    expect(text).toContain('\\cmidrule(lr){3-6}')
    // every line of the body has as many cells as columns
    expect(text.split('\n').filter((line) => line.endsWith(' \\\\') && !line.includes('multicolumn')).map((line) => line.split(/(?<!\\)&/).length)).toEqual([6, 6, 6, 6])
  })

  test('names that begin like a length, a variant or a formula stay names', async () => {
    const named = async (name: string): Promise<MethodsTable> => tableOf(systems(name, { original: constant(0.2), trained: constant(0.1) }))
    expect(tableLatex(await named('[a] run'))).toContain('\n    {}[a] run & ')
    expect(tableLatex(await named('* run'))).toContain('\n    {}* run & ')
    const csv = tableCsv(await named('=1+2'))
    expect(csv).toContain('\r\n\'=1+2,')
    expect(csv).toMatch(/,-0\.\d+,/)
  })

  test('CSV quotes what holds commas, quotes or line breaks, and keeps full precision and raw p beside the adjusted', async () => {
    expect(['a,b', 'say "x"', 'two\nlines', 0.1, -0.1].map(csvCell)).toEqual(['"a,b"', '"say ""x"""', '"two\nlines"', '0.1', '-0.1'])
    const lines = tableCsv(await table).trim().split('\r\n')
    expect(lines).toHaveLength(4)
    const [head, trained] = [lines[0]!.split(','), lines[3]!.replaceAll('"RL, bm25"', 'RL').split(',')]
    const of = (name: string): string => trained[head.indexOf(name)]!
    expect([of('role'), of('data'), of('measure'), of('mean'), of('queries')]).toEqual(['trained', 'shop', 'ndcg@10', '0.5', '12'])
    expect([of('p_start'), of('p_start_holm')]).toEqual(['0.00048828125', '0.00146484375'])
  })

  test('the caption says the tests, the adjustment and the signs', async () => {
    expect(captionOf(await table)).toMatch(/12 test queries.*† p < \.05, ‡ p < \.01.*randomisation.*Holm–Bonferroni/)
  })
})
