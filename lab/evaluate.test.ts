// `evaluate` from its words to its last line, on trec_eval's fixtures, ESCI examples and Rec-R1's own results.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it, test } from 'vitest'
import { hasShared, lab, SHARED } from './testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'evaluate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const write = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

interface Result {
  readonly queries: number
  readonly missing: number
  readonly metrics: Readonly<Record<string, number>>
  readonly conventions: unknown
  readonly domains?: unknown
}
const evaluate = async (...words: readonly string[]): Promise<Result> => {
  const { status, last } = await lab(['evaluate', ...words])
  expect(last).not.toHaveProperty('error')
  expect(status).toBe(0)
  return last as unknown as Result
}

const RUN = 'q1 Q0 d1 1 5 t\nq1 Q0 d2 2 4 t\nq1 Q0 d3 3 4 t\nq1 Q0 d4 4 3 t\nq1 Q0 d5 5 2 t\nq2 Q0 b 1 1 t\nq2 Q0 c 2 1 t\nq2 Q0 a 3 1 t\n'
const QRELS = 'q1 0 d2 3\nq1 0 d4 2\nq1 0 d5 1\nq1 0 d9 1\nq1 0 d7 0\nq2 0 a 1\nq2 0 b 1\n'

describe('a run against qrels', () => {
  const run = write('run.trec', RUN)
  const qrels = write('qrels.txt', QRELS)

  it('has trec_eval’s means: grades as gains, ties by falling id', async () => {
    const { queries, metrics } = await evaluate('--run', run, '--qrels', qrels, '--metrics', 'ndcg@5,map,mrr,recall@3')
    expect(queries).toBe(2)
    expect(Object.keys(metrics)).toEqual(['ndcg@5', 'map', 'mrr', 'recall@3'])
    expect(metrics['ndcg@5']).toBeCloseTo((0.5293 + 0.6934) / 2, 4)
    expect(metrics['map']).toBeCloseTo((0.3583 + 0.5833) / 2, 4)
    expect(metrics['mrr']).toBeCloseTo((0.3333 + 0.5) / 2, 4)
    expect(metrics['recall@3']).toBe((0.25 + 1) / 2)
  })

  it('may be packed, and the judgements BEIR’s', async () => {
    const packed = write('run.gz', gzipSync(RUN))
    const beir = write('test.tsv', `query-id\tcorpus-id\tscore\n${QRELS.replaceAll(' 0 ', '\t').replaceAll(' ', '\t')}`)
    const metrics = ['--metrics', 'ndcg@5,unjudged@3']
    expect(await evaluate('--run', packed, '--qrels', beir, ...metrics)).toEqual(await evaluate('--run', run, '--qrels', qrels, ...metrics))
  })

  it('keeps the file’s order and pays every grade alike where told to', async () => {
    const { metrics, conventions } = await evaluate('--run', run, '--qrels', qrels, '--metrics', 'ndcg@5', '--ties', 'ranked', '--set', 'gains=exact')
    const pays = (...ranks: readonly number[]): number => ranks.reduce((sum, rank) => sum + 1 / Math.log2(rank + 1), 0)
    expect(metrics['ndcg@5']).toBeCloseTo((pays(2, 4, 5) / pays(1, 2, 3, 4) + pays(1, 3) / pays(1, 2)) / 2, 14)
    expect(conventions).toEqual({ ties: 'ranked', missing: 'zero', gains: 'exact', duplicateTargets: 'distinct' })
  })

  it('counts a judged query without a ranking as 0 unless it is to be left out, and tells', async () => {
    const more = write('more.txt', `${QRELS}q3 0 a 1\nq4 0 a 1\n`)
    const zero = await evaluate('--run', run, '--qrels', more, '--metrics', 'hit@5')
    const skip = await evaluate('--run', run, '--qrels', more, '--metrics', 'hit@5', '--missing', 'skip')
    expect([zero.queries, zero.missing, zero.metrics['hit@5']]).toEqual([4, 2, 0.5])
    expect([skip.queries, skip.missing, skip.metrics['hit@5']]).toEqual([2, 2, 1])
  })

  it('measures what is usual where no measures are named', async () => {
    expect(Object.keys((await evaluate('--run', run, '--qrels', qrels)).metrics)).toContain('ndcg@10')
  })

  test.each([
    ['no judgements', ['--run', run], /^evaluate: give --run FILE with either --qrels FILE or --examples FILE, or --results FILE alone$/],
    ['two kinds of judgements', ['--run', run, '--qrels', qrels, '--examples', qrels], /^evaluate: give --run/],
    ['results and a run', ['--results', run, '--run', run], /^evaluate: give --run/],
    ['a run that is not there', ['--run', join(folder, 'nowhere'), '--qrels', qrels], /nowhere does not exist; give the path of a file$/],
    ['an unknown measure', ['--run', run, '--qrels', qrels, '--metrics', 'ndcg@10,bpref'], /^measure "bpref" is unknown; give one of ndcg, /],
    ['an unknown rule of ties', ['--run', run, '--qrels', qrels, '--ties', 'random'], /^evaluate: --ties is "random"; give one of trec, ranked$/],
    ['an unknown setting', ['--run', run, '--qrels', qrels, '--set', 'gain=graded'], /^setting gain does not exist; did you mean gains/],
    ['judgements in place of a run', ['--run', qrels, '--qrels', qrels], /^run qrels\.txt line 1 has 4 fields; a TREC run has six/],
    ['a damaged run', ['--run', write('cut.gz', gzipSync(RUN).subarray(0, 40)), '--qrels', qrels], /^file cut\.gz is damaged gzip or not UTF-8 text/],
    ['a run of other queries', ['--run', write('other.trec', 'x Q0 a 1 1 t'), '--qrels', qrels], /^no query of other\.trec \(such as x\) is judged in qrels\.txt;/],
  ])('is refused with %s', async (_, words, sentence) => {
    const { status, last, lines } = await lab(['evaluate', ...words])
    expect(last).toEqual({ error: expect.stringMatching(sentence) as string })
    expect(lines).toHaveLength(1)
    expect(status).toBe(1)
  })
})

describe('a run against ESCI examples', () => {
  const examples = write('examples.csv', `example_id,query,query_id,product_id,product_locale,esci_label,small_version,large_version,split
0,red shoes,1,a,us,E,1,1,test
1,red shoes,1,b,us,S,1,1,test
2,lamp,2,c,us,Exact,1,1,test
3,pen,3,d,us,E,1,1,train
4,rojo,4,a,es,E,1,1,test
`)
  const run = write('esci.trec', '1 Q0 b 1 2 t\n1 Q0 a 2 2 t\n')

  it('counts the queries of the run’s splits and of locale us, ties as ranked, Exact alone as relevant', async () => {
    const { queries, missing, metrics } = await evaluate('--run', run, '--examples', examples, '--metrics', 'ndcg@10,recall@10')
    expect([queries, missing]).toEqual([2, 1])
    expect(metrics['ndcg@10']).toBeCloseTo(1 / Math.log2(3) / 2, 15)
    expect(metrics['recall@10']).toBe(0.5)
  })

  it('pays substitutes where gains are graded, and still calls none of them relevant', async () => {
    const files = ['--run', run, '--examples', examples]
    const { metrics } = await evaluate(...files, '--metrics', 'ndcg@10,precision@1', '--set', 'gains=graded', '--missing', 'skip')
    expect(metrics['ndcg@10']).toBeCloseTo((0.1 + 1 / Math.log2(3)) / (1 + 0.1 / Math.log2(3)), 15)
    expect(metrics['precision@1']).toBe(0)
  })

  it('refuses a file of another kind, and a label that is none', async () => {
    expect((await lab(['evaluate', '--run', run, '--examples', write('list.json', '[{"query": "a", "retrieved": []}]')])).last).toEqual(
      { error: expect.stringMatching(/list\.json was recognised as .*; give ESCI examples/) as string })
    const broken = write('broken.csv', `${readFileSync(examples, 'utf8')}9,pen,3,e,us,X,1,1,train\n`)
    expect((await lab(['evaluate', '--run', run, '--examples', broken])).last).toEqual(
      { error: expect.stringMatching(/^file broken\.csv row 6, esci_label: /) as string })
  })
})

describe('stored results', () => {
  const entry = { id: 0, retrieved: "['x', 'a', \"it's\"]", target: "['a', 'a', 'b']", 'ndcg@100': 0.2960819, 'recall@10': 0.5 }

  it('are recomputed as the released code computed them', async () => {
    const single = { ...entry, id: 1, target: 'x', 'ndcg@100': 1, 'recall@10': 1 }
    const { queries, metrics } = await evaluate('--results', write('results.json', JSON.stringify({ '0_red shoes': entry, '1_lamp': single })))
    expect(queries).toBe(2)
    const ours = 1 / Math.log2(3) / (1 + 1 / Math.log2(3) + 1 / 2)
    expect(metrics['ndcg@100']).toEqual({ mean: (ours + 1) / 2, stored: (0.2960819 + 1) / 2, equal: 0.5, queries: 2 })
    expect(metrics['recall@10']).toEqual({ mean: 0.75, stored: 0.75, equal: 1, queries: 2 })
  })

  it('refuse a file that holds none', async () => {
    const texts = write('texts.json', JSON.stringify({ '0': { generated_text: 'a', target: "['b']" } }))
    const { status, last } = await lab(['evaluate', '--results', texts])
    expect(last).toEqual({ error: expect.stringMatching(/^file texts\.json was recognised as Rec-R1 generations .*; give a result file/) as string })
    expect(status).toBe(1)
  })
})

if (!hasShared) console.warn('left out: ../shared is not beside the repository, so Lucene’s runs and Rec-R1’s results are not evaluated')

describe.skipIf(!hasShared)('the published numbers', () => {
  const shared = (path: string): string => join(SHARED, path)

  it.each(['test', 'test.faithful'])('of Lucene’s run %s come out of its files', async (name) => {
    const published = (JSON.parse(readFileSync(shared('golden/bm25/metrics.json'), 'utf8')) as Record<string, Record<string, number>>)[name]!
    const files = ['--run', shared(`golden/bm25/${name}.trec.gz`), '--examples', shared('data/esci/shopping_queries_dataset_examples.parquet')]
    const exact = await evaluate(...files, '--metrics', 'ndcg@10,ndcg@100,recall@100')
    const graded = await evaluate(...files, '--metrics', 'ndcg@10,ndcg@100', '--set', 'gains=graded')
    expect(exact.queries).toBe(published['queries'])
    for (const [label, value] of Object.entries(exact.metrics)) expect(value, label).toBeCloseTo(published[`${label}/exact`]!, 6)
    for (const [label, value] of Object.entries(graded.metrics)) expect(value, label).toBeCloseTo(published[`${label}/graded`]!, 6)
  })

  it.each([
    ['results_esci_Video_Games_original.json', 103, { 'ndcg@100': 0.1244 }],
    ['results_esci_Video_Games_gpt-4o.json', 103, { 'ndcg@100': 0.2606 }],
    ['results_beauty_transductive_gpt-4o.json', 538, { 'recall@10': 0, 'ndcg@10': 0, 'recall@50': 0.0149, 'ndcg@50': 0.0033 }],
  ])('of %s are recomputed for every entry', async (file, count, means) => {
    expect(existsSync(shared(`data/rec-r1/${file}`))).toBe(true)
    const { queries, metrics } = await evaluate('--results', shared(`data/rec-r1/${file}`))
    expect(queries).toBe(count)
    const recomputed = metrics as unknown as Readonly<Record<string, { readonly mean: number; readonly stored: number; readonly equal: number }>>
    expect(Object.keys(recomputed).toSorted()).toEqual(Object.keys(means).toSorted())
    for (const [measure, mean] of Object.entries(means)) {
      expect(recomputed[measure]!.equal, measure).toBe(1)
      expect(recomputed[measure]!.mean, measure).toBeCloseTo(mean, 4)
    }
  })
})
