// `ingest` and `fuzz` in real Chromium: the product's own worker and store.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { ROOT } from './root.ts'
import { hasShared, lab, SHARED } from './testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-ingest-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SHOP = ['products.parquet', 'examples.parquet'].map((name) => join(ROOT, 'public/sample/shop', name))

function fileWith(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

describe('ingest', () => {
  test('counts a whole data set, with time and memory', async () => {
    const { status, last } = await lab(['ingest', ...SHOP])
    expect(status).toBe(0)
    const { products, queries, judgements, joined, users, interactions, rejected, rejectedCount, seconds, peakMB, problem } = last
    expect({ users, interactions, rejected, rejectedCount, problem }).toEqual({
      users: 0, interactions: 0, rejected: [], rejectedCount: 0, problem: undefined,
    })
    for (const count of [products, queries, judgements, joined, seconds, peakMB]) expect(count).toBeGreaterThan(0)
    expect(joined).toBe(judgements)
  })

  test('counts halves of any kind in one call, says which rows are refused, and why they are no whole data set', async () => {
    const { status, last } = await lab([
      'ingest',
      fileWith('b.tsv', 'query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td2\t0\nq2\td1\tgood\n'),
      fileWith('a.gz', gzipSync('{"_id": "q1", "text": "red mug"}\n{"_id": "q2", "text": "cup"}\n{"_id": "q3" "text"}\n')),
    ])
    expect(status).toBe(0)
    expect(last).toMatchObject({ products: 0, judgements: 2, joined: 0, rejectedCount: 2, formats: { 'a.gz': 'BEIR queries', 'b.tsv': 'BEIR qrels' } })
    expect(last['problem']).toContain('products')
    const rejected = last['rejected'] as { file: string; row: number; column: string; reason: string }[]
    expect(rejected.map(({ file, row }) => `${file} ${row}`).toSorted()).toEqual(['a.gz 3', 'b.tsv 3'])
  })

  test('reads a table of one\'s own by what its columns are called', async () => {
    const { last, stderr } = await lab(['ingest', fileWith('own.csv', 'user,item,timestamp\nu1,i1,1000000000\nu1,i2,1000000001\n')])
    expect(last).toMatchObject({ users: 1, interactions: 2 })
    expect(stderr).toContain('own.csv has the columns user, item, timestamp, read as interactions: userId = user, itemId = item, time = timestamp')
  })

  test('refuses a cut file by name with status 1', async () => {
    const bytes = readFileSync(SHOP[0]!)
    const { status, last } = await lab(['ingest', fileWith('cut.parquet', bytes.subarray(0, bytes.length / 2)), SHOP[1]!])
    expect(status).toBe(1)
    const at = Math.floor(bytes.length / 2)
    expect(last['error']).toBe(`file cut.parquet begins as Parquet but does not end with PAR1, so it was cut off at ${at} bytes; get it again`)
  })

  test.skipIf(!hasShared)('reads Beauty of 2014 to its last user and item (left out without ../shared)', async () => {
    const files = ['meta_Beauty.json.gz', 'reviews_Beauty_5.json.gz'].map((name) => join(SHARED, 'data/amazon-2014-beauty', name))
    const { last } = await lab(['ingest', ...files])
    expect(last).toMatchObject({ users: 22_363, interactions: 198_502, products: 12_101, rejectedCount: 0 })
  })
})

test('fuzz ends every hostile file in a data set or a sentence, and the shop in the store outlives them', async () => {
  const { status, last } = await lab(['fuzz', '--count', '26', '--seed', '9'])
  expect(last['failed']).toEqual([])
  expect(status).toBe(0)
  expect(last).toMatchObject({ cases: 26 })
  expect(last['refused']).toBeGreaterThan(0)
  expect(last['read']).toBeGreaterThan(0)
})
