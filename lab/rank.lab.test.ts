// `rank` as a command: shards in, a TREC run out, by every scoring and mode; what is wrong is said in a sentence.
import { mkdtempSync, readFileSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { lab, type Finished } from './testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-rank-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const products = join(folder, 'corpus.jsonl')
const more = join(folder, 'more.jsonl')
const queries = join(folder, 'queries.tsv')
const out = join(folder, 'run.trec')
const document = (id: string, title: string, text: string) => `${JSON.stringify({ _id: id, title, text })}\n`
writeFileSync(products, document('a', 'Red mugs', 'a mug for tea') + document('b', 'Blue cup', 'tea and coffee'))
writeFileSync(more, document('c', 'Tall red lamp', 'running light'))
writeFileSync(queries, 'q1\tred mug\nq2\t"tea" AND coffee\nq3\tzebra\n')

function rank(...args: readonly string[]): Promise<Finished> {
  rmSync(out, { force: true })
  return lab(['rank', '--products', products, more, '--queries', queries, '--k', '10', '--out', out, ...args])
}

/** Products by query, as the run has them, whose ranks and scores are checked. */
function runOf(tag: string): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  let last = Infinity
  for (const line of readFileSync(out, 'utf8').trimEnd().split('\n')) {
    const [query, q0, id, place, score, name] = line.split(' ') as [string, string, string, string, string, string]
    const ranked = (found[query] ??= [])
    ranked.push(id)
    expect([q0, place, name]).toEqual(['Q0', String(ranked.length), tag])
    expect(Number(score)).toBeLessThanOrEqual(ranked.length === 1 ? Infinity : last)
    last = Number(score)
  }
  return found
}

describe('rank', () => {
  test('writes what each scoring finds, in its own analysis and in both modes', async () => {
    const lucene = await rank('--recommender', 'lucene')
    expect(lucene.status, JSON.stringify(lucene.last)).toBe(0)
    expect(lucene.last).toMatchObject({ queries: 3, failed: 0, products: 3 })
    expect(lucene.last).toMatchObject({ seconds: expect.any(Number) as number, p50ms: expect.any(Number) as number })
    expect(runOf('lucene')).toEqual({ q1: ['a', 'c'], q2: ['b', 'a'] })

    // plain words know no stems: mug is not mugs, but stands in a's text; the first word is lost as released
    expect((await rank('--recommender', 'minisearch', '--set', 'mode=as-released')).status).toBe(0)
    expect(runOf('minisearch')).toEqual({ q1: ['a'], q2: ['b', 'a'] })

    expect((await rank('--recommender', 'bm25', '--set', 'analyzer=lucene', '--set', 'queryMode=boolean')).status).toBe(0)
    expect(runOf('bm25')).toEqual({ q1: ['a', 'c'], q2: ['b'] })
  })

  test('says what is wrong, and leaves no run', async () => {
    expect(await rank('--recommender', 'tfidf')).toMatchObject({ status: 1, last: { error: expect.stringContaining('recommender') as string } })
    expect(await rank('--k', '0')).toMatchObject({ status: 1, last: { error: 'rank: --k is "0"; give a whole number from 1 to 1000000' } })
    writeFileSync(more, 'not a shard at all')
    expect(await rank('--recommender', 'bm25')).toMatchObject({ status: 1, last: { error: expect.stringContaining('more.jsonl') as string } })
    expect(existsSync(out)).toBe(false)
  })
})
