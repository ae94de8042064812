// Texts to imitate, of every kind of file: cut into prompt and completion at the last answer, and refused by row in a sentence.
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import type { Imitation } from '../../../src/domain/imitation.ts'
import { readImitations, textsOf } from '../imitations.ts'
import { claims, hear } from './testing.ts'

const CHAT = '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nBelow is the query:\n```led wire```<|im_end|>\n<|im_start|>assistant\n'
const SAID = 'Let me solve this step by step.\n<think>two words</think>\n<answer>\n{\n    "query": "led AND wire"\n}\n</answer>'

const lines = (name: string, rows: readonly unknown[]) => new File([rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n')], name)
const read = async (rows: readonly unknown[]): Promise<readonly Imitation[]> => (await readImitations([lines('t.jsonl', rows)])).imitations

describe('whole chats', () => {
  it('as the SFT Parquet has them are cut where the last turn of the assistant begins, and end with their turn’s end once', async () => {
    const text = [`${CHAT}${SAID}<|im_end|>`, `${CHAT}first<|im_end|>\n<|im_start|>user\nshorter<|im_end|>\n<|im_start|>assistant\nsecond`]
    const file = new File([parquetWriteBuffer({ columnData: [{ name: 'text', data: text, type: 'STRING' }] })], 'train.parquet')
    const { imitations, report } = await readImitations([file])
    expect(imitations).toEqual([
      { prompt: CHAT, completion: `${SAID}<|im_end|>` },
      { prompt: `${CHAT}first<|im_end|>\n<|im_start|>user\nshorter<|im_end|>\n<|im_start|>assistant\n`, completion: 'second<|im_end|>' },
    ])
    expect(report).toMatchObject({ formats: { 'train.parquet': 'SFT texts' }, rows: 2, texts: 2, answers: 0, repeated: 0, rejectedCount: 0 })
  })

  it('as lists of messages are written in ChatML without turns that nobody gave; parts of a message are joined', async () => {
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'led ' }, { type: 'text', text: 'wire' }] }, { role: 'assistant', content: 'cable' }]
    expect(await read([{ messages: [{ role: 'system', content: 'Be brief.' }, ...messages, { role: 'user', content: 'thanks' }] }, { messages }])).toEqual([
      { prompt: '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nled wire<|im_end|>\n<|im_start|>assistant\n', completion: 'cable<|im_end|>' },
      { prompt: '<|im_start|>user\nled wire<|im_end|>\n<|im_start|>assistant\n', completion: 'cable<|im_end|>' },
    ])
  })

  it('of ShareGPT say who speaks by other names', async () => {
    expect(await read([{ conversations: [{ from: 'human', value: 'led wire' }, { from: 'gpt', value: 'cable' }] }])).toEqual([
      { prompt: '<|im_start|>user\nled wire<|im_end|>\n<|im_start|>assistant\n', completion: 'cable<|im_end|>' },
    ])
  })
})

describe('prompts with completions', () => {
  it('stand as they are where the prompt is a chat, prefilled words included; else the prompt is what the user says', async () => {
    const prefilled = `${CHAT}Let me solve this step by step.\n<think>`
    const chat = [{ role: 'user', content: 'led wire' }]
    expect(await read([
      { prompt: prefilled, completion: 'so</think><answer>{"query": "led"}</answer>' }, { prompt: 'led wire', completion: 'cable' },
      { prompt: chat, completion: [{ role: 'assistant', content: 'cord<|im_end|>' }] },
    ])).toEqual([
      { prompt: prefilled, completion: 'so</think><answer>{"query": "led"}</answer><|im_end|>' },
      { prompt: '<|im_start|>user\nled wire<|im_end|>\n<|im_start|>assistant\n', completion: 'cable<|im_end|>' },
      { prompt: '<|im_start|>user\nled wire<|im_end|>\n<|im_start|>assistant\n', completion: 'cord<|im_end|>' },
    ])
  })
})

describe('queries with outputs', () => {
  it('are answers to rows: what stands between the tags, a list’s items, or the bare text, with the thought before it', async () => {
    expect(await read([
      { query: 'led wire', output: `${SAID}<|im_end|>` }, { query: 'pot', output: 'copper pot', query_id: 7 },
      { query: 'mug', output: { items: ['a', 2] }, thought: 'by size' }, { query: 'cup', output: '<think>x</think> {"items": ["b"]}' },
    ])).toEqual([
      { query: 'led wire', answer: 'led AND wire', thought: 'two words' }, { query: 'pot', answer: 'copper pot', rowId: '7' },
      { query: 'mug', answer: ['a', '2'], thought: 'by size' }, { query: 'cup', answer: ['b'], thought: 'x' },
    ])
  })
})

describe('what cannot be imitated', () => {
  it('is refused by file, row and column in a sentence, and the rest is used', async () => {
    const user = { role: 'user', content: 'a' }
    const chats = lines('chats.jsonl', [
      { messages: [user, { role: 'assistant', content: 'b' }] }, { messages: [] }, { messages: [{ role: 'judge', content: 'x' }] }, { messages: [user, { role: 'assistant', content: 5 }] },
      { messages: [user] }, '{"messages": [', { messages: [user, { role: 'assistant', content: 'b' }] },
    ])
    const { imitations, report } = await readImitations([chats])
    expect(imitations).toHaveLength(1)
    expect(report).toMatchObject({ rows: 7, texts: 1, repeated: 1, rejectedCount: 5 })
    expect(report.rejected.map(({ row, column, reason }) => `${row} ${column}: ${reason}`).toSorted()).toEqual([
      '2 messages: messages is "[]"; a list of messages with role and content is needed',
      '3 messages: message 1 of messages is by "judge"; system, user (human), assistant (gpt) and tool are known',
      '4 messages: message 2 of messages says "5"; a text is needed',
      '5 messages: messages holds no answer of the assistant; there is nothing to imitate',
      expect.stringMatching(/^6 : /) as string,
    ])
    expect(report.rejected.every(({ file }) => file === 'chats.jsonl')).toBe(true)
  })

  it('refuses a file whole where no row of it can be used, or where it is something else', async () => {
    await expect(readImitations([lines('t.jsonl', [{ query: 'a', output: '' }])])).rejects.toThrow('nothing in t.jsonl can be imitated; the first refused row: t.jsonl row 1, output: output is ""')
    await expect(readImitations([lines('t.jsonl', [{ text: 'just words' }])])).rejects.toThrow(/t.jsonl row 1, text: text is "just words" and has no turn of the assistant with words in it/)
    await expect(readImitations([lines('p.jsonl', [{ asin: 'B1', title: 'Mug' }])])).rejects.toThrow('file p.jsonl holds no texts to imitate (its columns are asin, title); give Rec-R1\'s SFT Parquet')
    expect([await textsOf(lines('p.jsonl', [{ asin: 'B1' }])), await textsOf(new File([], 'empty'))]).toEqual([undefined, undefined])
  })

  it('is told from files of data by its columns: no other format claims it', () => {
    for (const row of [{ text: CHAT }, { messages: [] }, { conversations: [] }, { prompt: 'a', completion: 'b' }, { query: 'a', output: 'b' }]) {
      expect(claims([row]).map(({ role }) => role)).toEqual(['texts'])
    }
    expect(hear([{ text: `${CHAT}${SAID}<|im_end|>` }]).output).toEqual([{ queryId: '0', text: SAID, prompt: CHAT, query: 'led wire' }])
  })
})
