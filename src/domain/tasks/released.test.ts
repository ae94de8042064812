// Prompts and parsers against the files that Rec-R1 released: every prompt to the letter, every completion of its SFT data.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { describe, expect, it } from 'vitest'
import { settingsOf } from '../config.ts'
import type { Settings } from '../settings.ts'
import { denseSearch } from './denseSearch.ts'
import { productSearch } from './productSearch.ts'
import { pseudoReview } from './pseudoReview.ts'
import { sequential } from './sequential.ts'
import { NO_FACTS, type Facts, type Row, type TaskSpec } from './task.ts'

const SHARED = new URL('../../../../shared/data/rec-r1/', import.meta.url)
const sharedAbsent = !existsSync(SHARED)
if (sharedAbsent) console.warn('left out: ../shared is not beside the repository, so prompts are not compared with the released files')

async function rowsOf<T>(name: string): Promise<T[]> {
  return await parquetReadObjects({ file: await asyncBufferFromFile(new URL(name, SHARED).pathname), compressors }) as unknown as T[]
}

interface Released {
  readonly prompt: readonly [{ readonly content: string }]
}

const promptOf = (task: TaskSpec, row: Partial<Row>, changes: Partial<Settings> = {}, facts: Facts = NO_FACTS): string => {
  const settings = settingsOf('rec-r1', { task: task.name, ...changes })
  return task.prompt({ row: { id: '', text: '', split: 'test', judgements: [], ...row }, facts, settings }).text
}

const digest = (texts: readonly string[]): string => createHash('sha256').update(texts.map((text) => `${text}\0`).join('')).digest('hex')

describe.skipIf(sharedAbsent)('Rec-R1’s released prompts', () => {
  it('of ESCI are those of product search, all 798', async () => {
    const rows = await rowsOf<Released & { readonly query: string }>('esci_sparse_test.parquet')
    expect(rows).toHaveLength(798)
    for (const { query, prompt: [{ content }] } of rows) expect(promptOf(productSearch, { text: query })).toBe(content)
  })

  it('of Beauty are those of histories, all 1538: titles, the last ten, oldest first', async () => {
    const rows = await rowsOf<Released & { readonly history_list: readonly string[]; readonly history_text: string }>('beauty_test.parquet')
    expect(rows).toHaveLength(1538)
    for (const { history_list: ids, history_text: text, prompt: [{ content }] } of rows) {
      // a title may hold anything: it ends where the next item begins
      const titles = ids.map((_, i) => {
        const from = text.indexOf(`Item ${i + 1}:`) + `Item ${i + 1}: `.length
        const to = i + 1 < ids.length ? text.indexOf(`\nItem ${i + 2}:`, from - 1) : text.length
        return text.slice(from, to)
      })
      const facts: Facts = { product: (id) => ({ id, title: titles[ids.lastIndexOf(id)]!, description: '', bullets: '', brand: '', color: '' }) }
      // something older than what is told must not be told
      const history = [...ids.length === 10 ? [{ id: 'older' }] : [], ...ids.map((id) => ({ id }))]
      expect(promptOf(sequential, { history }, { historyLength: 10 }, facts)).toBe(content)
    }
  })

  // SHA-256 of the prompt columns, each prompt with a NUL after it, computed once from the release (4f3ac37)
  it.each([
    ['data/esci/inst/dense/subset/test', denseSearch, {}, '3d7c68f9a42ab4314d0c2b6fd801f0ec13c5c23d2631e1ded26b3ed481ed9216', ''],
    [
      'data/esci/inst/sparse/sft/no_reason/test', productSearch, { thinking: false },
      '4b21e49cbe8ea8a84491df0f3272f6fd422f506cefcf6ce0a553ee544a0b4e3d', '',
    ],
    [
      'data/esci/inst/sparse/sft/no_json/test', productSearch, { thinking: false, answerForm: 'plain' },
      'e0520839f97abfcf1c630ed668c2f0f8bcf99b2158e1810e3dec8e1191dd1635', '',
    ],
    // the release begins no thought in this mode's test prompts; here it is begun
    [
      'data/esci/inst/sparse/sft/with_reason_no_json/test', productSearch, { answerForm: 'plain' },
      '1b0ea557d6781e3b661ee7facabd9ac91dcb556c23198999c2570bb8244f3674', '<think>',
    ],
  ] as const)('of %s have the digest of ours', async (_, task, changes, released, begun) => {
    const rows = await rowsOf<{ readonly query: string }>('esci_sparse_test.parquet')
    const prompts = rows.map(({ query }) => promptOf(task, { text: query }, changes))
    expect(prompts.every((prompt) => prompt.endsWith(begun))).toBe(true)
    expect(digest(prompts.map((prompt) => prompt.slice(0, prompt.length - begun.length)))).toBe(released)
  })

  it.each([
    ['sparse', productSearch, '57cfeecc40012c2d8d77d735dbffa033eb7650a1fad458c91e8df2262d258cc7'],
    ['dense', pseudoReview, 'f4edc7867a651961ad6dbb77b05695ad0cb78d4d25edc540d942b3c3c4e1fef5'],
  ] as const)('of Amazon-C4, %s, have the digest of ours for the 150 of Video_Games', (_, task, released) => {
    const rows = JSON.parse(readFileSync(new URL('c4_Video_Games_test.json', SHARED), 'utf8')) as { readonly query: string }[]
    expect(rows).toHaveLength(150)
    expect(digest(rows.map(({ query }) => promptOf(task, { text: query })))).toBe(released)
  })

  it('begin all 4510 SFT texts, whose completions keep the format but for 49', async () => {
    const rows = await rowsOf<{ readonly text: string }>('esci_sft_train.parquet')
    const faults = new Map<string, number>()
    for (const { text } of rows) {
      const query = /```([\s\S]*?)```/.exec(text)![1]!
      const settings = settingsOf('rec-r1')
      const about = { row: { id: '', text: query, split: 'train' as const, judgements: [] }, facts: NO_FACTS, settings }
      const prompt = productSearch.prompt(about)
      // the texts hold the teacher's own <think> where RL prompts have begun it
      const head = prompt.text.slice(0, -'<think>'.length)
      expect(text.startsWith(head)).toBe(true)
      const said = text.slice(head.length).replace('<think>', '')
      const request = productSearch.parse({ ...about, prompt }, said)
      if (request.kind !== 'query') faults.set(request.reason, (faults.get(request.reason) ?? 0) + 1)
      else expect(productSearch.read({ ...about, prompt }, said).text).toBe(request.query)
    }
    expect(rows).toHaveLength(4510)
    expect(Object.fromEntries(faults)).toEqual({ '<think> stands more than once': 44, 'the answer is not JSON': 4, '</think> is missing': 1 })
  })
})
