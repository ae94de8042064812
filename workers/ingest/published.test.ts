// Every real file that lies beside the project, read whole: counts of the papers, texts as they stand, and not one good row rejected.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Product } from '../../src/domain/dataset.ts'
import { isText, keepsFormat } from '../../src/domain/imitation.ts'
import { renderPrompt } from '../../src/domain/prompt.ts'
import { leaveLastOut, REC_R1_DOMAINS, splitQueries } from '../../src/domain/splits.ts'
import { ESCI_REC_R1 } from '../../src/protocol/ingest.ts'
import { readTogether as read } from './assembly/testing.ts'
import { readImitations } from './imitations.ts'

const REAL = new URL('../../../shared/data/', import.meta.url)
const real = (path: string) => new File([readFileSync(new URL(path, REAL))], path.split('/').at(-1)!)

describe.skipIf(!existsSync(REAL))('the real files (left out where ../shared is absent)', () => {
  it('are all recognised, and read together without one rejected row', async () => {
    const paths = readdirSync(REAL, { recursive: true, encoding: 'utf8' }).filter((path) => /\.(?:parquet|json|gz|csv|tsv|jsonl)$/.test(path))
    expect(paths.length).toBeGreaterThan(15)
    const { report, problem } = await read(paths.map(real))
    expect([report.rejected, problem]).toEqual([[], undefined])
    expect(report.files).toHaveLength(paths.length)
    expect(report.files.filter((file) => file.role === 'unknown')).toEqual([])
  }, 60_000)

  it("ESCI: 6,764 products, 4,066 judgements, 419 training and 75 test queries; Rec-R1's switch keeps the Exact ones", async () => {
    const files = ['esci/shopping_queries_dataset_examples.parquet', 'esci/shopping_queries_dataset_products.parquet'].map(real)
    const { report, queries } = await read(files)
    expect(report).toMatchObject({
      products: 6764,
      judgements: 4066,
      joined: 4066,
      queries: 494,
      trainQueries: 419,
      testQueries: 75,
      rejectedCount: 0,
      duplicates: 0,
    })
    const exact = await read(files, { filter: ESCI_REC_R1 })
    expect(exact.report.labels).toEqual({ E: exact.report.judgements, S: 0, C: 0, I: 0 })
    expect(exact.report.judgements + Object.values(exact.report.leftOut.filtered).reduce((sum, rows) => sum + rows, 0)).toBe(4066)
    expect(queries.some((query) => query.domain !== undefined)).toBe(false)
  })

  it('ESCI with the map of categories: queries have the department of their first target', async () => {
    const categories = JSON.parse(readFileSync(new URL('esci/product_top_category.json', REAL), 'utf8')) as Record<string, string | null>
    const { queries, products } = await read(
      ['esci/product_top_category.json', 'esci/shopping_queries_dataset_examples.parquet', 'esci/shopping_queries_dataset_products.parquet'].map(
        real,
      ),
    )
    const plain = (name: string) => name.replaceAll(/\W|and|_/g, '').toLowerCase()
    for (const query of queries) {
      const first = query.judgements.find((judgement) => judgement.label === 'E' && categories[judgement.productId] !== null)
      expect(plain(query.domain ?? '')).toBe(plain(categories[first?.productId ?? ''] ?? ''))
    }
    expect(products.filter((product) => product.category !== undefined)).toHaveLength(
      Object.values(categories).filter((category) => category !== null).length,
    )
    expect([...splitQueries(queries, { seed: 1, validation: 40, domains: REC_R1_DOMAINS }).testByDomain.keys()].length).toBeGreaterThan(1)
  })

  it('the catalogue as Reviews 2023 metadata is the catalogue of the Parquet, text for text', async () => {
    const [metadata, parquet] = [
      await read([real('esci/meta_ESCI_sample.jsonl.gz')]),
      await read([real('esci/shopping_queries_dataset_products.parquet')]),
    ]
    const words = ({ id, title, description, bullets, brand, color }: Product) =>
      [id, title, description, bullets, brand, color].map((text) => text.split(/\s+/).join(' '))
    const byId = new Map(parquet.products.map((product) => [product.id, words(product)]))
    expect(metadata.products).toHaveLength(6764)
    expect(
      metadata.products.filter((product) => JSON.stringify(words(product)) !== JSON.stringify(byId.get(product.id))).map((product) => product.id),
    ).toEqual([])
  })

  it('the SFT Parquet is 4,510 texts to imitate, of which 4,461 keep the format: every prompt is the released one up to the assistant’s turn, every completion ends it', async () => {
    const { imitations, report } = await readImitations([real('rec-r1/esci_sft_train.parquet')])
    expect(report).toMatchObject({ rows: 4510, texts: 4510, answers: 0, repeated: 0, rejectedCount: 0 })
    const turns = renderPrompt('{query}', { template: 'rec-r1', thinking: true, answerForm: 'json' })
    const [before, after] = turns.text.slice(0, turns.text.length - turns.prefill.length).split('{query}')
    const texts = imitations.filter(isText)
    expect(texts).toHaveLength(4510)
    expect(texts.filter(({ prompt }) => !prompt.startsWith(before!) || !prompt.endsWith(after!))).toEqual([])
    expect(texts.filter(({ completion }) => !completion.endsWith('<|im_end|>') || completion.split('<|im_end|>').length !== 2)).toEqual([])
    // three of the teacher's outputs begin in other words
    expect(texts.filter(({ completion }) => !completion.startsWith(turns.prefill))).toHaveLength(3)
    expect(texts.filter((text) => keepsFormat(text, { mode: 'corrected' })).length).toBe(4461)
  })

  it('Beauty 2014: 22,363 users, 198,502 interactions, 12,101 items, each history in time, each last item a test', async () => {
    const { report, users } = await read(['amazon-2014-beauty/meta_Beauty.json.gz', 'amazon-2014-beauty/reviews_Beauty_5.json.gz'].map(real))
    expect(report).toMatchObject({ products: 12_101, users: 22_363, interactions: 198_502, items: 12_101, itemsJoined: 12_101, rejectedCount: 0 })
    expect(users.every((user) => user.times!.every((time, i) => i === 0 || time >= user.times![i - 1]!))).toBe(true)
    const splits = leaveLastOut(users)
    expect([splits.test.length, splits.validation.length, splits.train.length]).toEqual([22_363, 22_363, 198_502 - 3 * 22_363])
  })

  it.each([
    ['esci_train.json', 4610, 7443, 'train'],
    ['esci_Video_Games.json', 103, 406, 'test'],
    ['esci_Baby_Products.json', 103, 323, 'test'],
    ['esci_Office_Products.json', 184, 807, 'test'],
    ['esci_Sports_and_Outdoors.json', 408, 1600, 'test'],
    ['c4_Video_Games_test.json', 150, 150, 'test'],
  ])("Rec-R1's list %s: %i queries, %i targets", async (name, queries, judgements, split) => {
    const { report, queries: told } = await read([real(`rec-r1/${name}`)])
    expect(report).toMatchObject({ queries, judgements, rejectedCount: 0 })
    expect(new Set(told.map((query) => query.split))).toEqual(new Set([split]))
  })

  it("Rec-R1's RL Parquet: the queries of its lists, by department; Beauty's 538 transductive and 1000 inductive histories", async () => {
    const domains = ['Video_Games', 'Baby_Products', 'Office_Products', 'Sports_and_Outdoors']
    const rl = await read([real('rec-r1/esci_sparse_test.parquet')])
    expect(rl.report.domains).toEqual({ Video_Games: 103, Baby_Products: 103, Office_Products: 184, Sports_and_Outdoors: 408 })
    const lists = await read(domains.map((domain) => real(`rec-r1/esci_${domain}.json`)))
    const byId = new Map(lists.queries.map((query) => [query.id, query]))
    expect(rl.queries.map((query) => byId.get(query.id))).toEqual(rl.queries)
    const { users, report } = await read([real('rec-r1/beauty_test.parquet')])
    expect(['transductive', 'inductive'].map((setting) => users.filter((user) => user.next?.setting === setting).length)).toEqual([538, 1000])
    expect(report).toMatchObject({ sequences: 1538, interactions: 3415, rejectedCount: 0 })
  })

  it('stored results and generations: every entry, with lists as Python printed them', async () => {
    for (const [path, entries, measure] of [
      ['results_esci_Video_Games_gpt-4o.json', 103, 'ndcg@100'],
      ['results_esci_Video_Games_original.json', 103, 'ndcg@100'],
      ['results_beauty_transductive_gpt-4o.json', 538, 'recall@50'],
    ] as const) {
      const { rankings } = await read([real(`rec-r1/${path}`)])
      const stored = Object.entries(
        JSON.parse(readFileSync(new URL(`rec-r1/${path}`, REAL), 'utf8')) as Record<
          string,
          { retrieved: string; target: string } & Record<string, number>
        >,
      )
      expect(rankings).toHaveLength(entries)
      for (const [i, [key, entry]] of stored.entries()) {
        const ranking = rankings[i]!
        expect(`${ranking.queryId}_${ranking.text}`).toBe(key)
        expect(`[${ranking.ids.map((id) => `'${id}'`).join(', ')}]`).toBe(entry.retrieved)
        expect(ranking.measures![measure]).toBe(entry[measure])
      }
    }
    for (const name of ['gpt-4o', 'rec-r1']) {
      const { outputs } = await read([real(`rec-r1/outputs_esci_Video_Games_${name}.json`)])
      expect([outputs.length, outputs.filter((output) => output.text !== '' && output.targets!.length > 0).length]).toEqual([103, 103])
    }
    const { outputs } = await read([real('rec-r1/esci_sft_train.parquet')])
    expect([outputs.length, outputs[0]!.query, outputs.filter((output) => output.prompt === undefined || output.query === '').length]).toEqual([
      4510,
      'led race wire',
      0,
    ])
  })

  it('the runs of Lucene beside them: every query with its ranking, best first', async () => {
    for (const name of ['test.trec.gz', 'r1.trec.gz']) {
      const bytes = readFileSync(new URL(`../golden/bm25/${name}`, REAL))
      const lines = gunzipSync(bytes)
        .toString('utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(' '))
      const { rankings } = await read([new File([bytes], name)])
      expect(rankings.map((ranking) => ranking.queryId)).toEqual([...new Set(lines.map(([query]) => query))])
      expect(rankings.flatMap((ranking) => ranking.ids)).toEqual(lines.map((fields) => fields[2]))
      expect(rankings.every(({ scores }) => scores!.every((score, i) => i === 0 || score <= scores![i - 1]!))).toBe(true)
    }
  })
})
