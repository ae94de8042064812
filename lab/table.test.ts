// `table` answers what cannot be asked before a browser is started.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { run } from './run.ts'

const out = mkdtempSync(join(tmpdir(), 'rec-r1-table-'))
afterAll(() => rmSync(out, { recursive: true, force: true }))

async function said(...words: readonly string[]): Promise<{ readonly status: number; readonly line: string }> {
  let line = ''
  const status = await run(['table', ...words], { input: new PassThrough(), progress: () => undefined, print: (text) => { line = text }, signal: new AbortController().signal })
  return { status, line }
}

test.each([
  [['table-9', '--out', out], /experiment \\"table-9\\" is unknown; give one of sft-and-rl, rec-r1-tables, /],
  [['sft-and-rl'], /table: --out is missing/],
  [['sft-and-rl', '--seeds', '3-1', '--out', out], /seeds are \\"3-1\\"; give whole numbers with commas between them, or a range/],
  [['rec-r1-tables', '--recommenders', 'bm25,solr', '--out', out], /--recommenders holds \\"solr\\"; give some of minisearch,bm25,lucene,dense,hybrid,http/],
  [['rec-r1-tables', '--measure', 'ndcg', '--out', out], /--measure is \\"ndcg\\"; give one of recall@5, /],
  [['sft-and-rl', '--set', 'steps=many', '--out', out], /setting steps is/],
  [['sft-and-rl', '--outputs', join(out, 'none.jsonl'), '--out', out], /none\.jsonl does not exist/],
])('%j is bad input', async (words, sentence) => {
  const { status, line } = await said(...words)
  expect(line).toMatch(sentence)
  expect(status).toBe(1)
})
