// What others' runs left, and test collections: result files, generations, texts for training, BEIR, TREC.
import { describe, expect, it } from 'vitest'
import { entries } from './cells.ts'
import { KEY } from '../format.ts'
import type { Row, Sink } from '../format.ts'
import { TREC_QRELS, TREC_RUN } from './retrieval.ts'
import { claims, hear } from './testing.ts'

describe("Rec-R1's result files", () => {
  const row = { [KEY]: '8_(a "quoted_query" OR 12_3)', id: 8, retrieved: "['B1', 'B2']", target: "['B2', 'B2']", 'ndcg@100': 0.5 }

  it('give the ranking with targets, measures, and the query after the first underscore of the key', () => {
    expect(hear([row], { container: 'json' }).retrieved).toEqual([
      { queryId: '8', text: '(a "quoted_query" OR 12_3)', ids: ['B1', 'B2'], targets: ['B2', 'B2'], measures: { 'ndcg@100': 0.5 } },
    ])
  })

  it("without an id take the key's number; one target may be a plain text", () => {
    const { id: _, ...beauty } = { ...row, target: 'B9', 'recall@10': 1 }
    expect(hear([beauty]).retrieved[0]).toMatchObject({ queryId: '8', targets: ['B9'], measures: { 'ndcg@100': 0.5, 'recall@10': 1 } })
  })

  it('may hold empty rankings, quotes of either kind, escapes and letters of any alphabet', () => {
    const { retrieved, rejected } = hear([
      { ...row, retrieved: '[]' },
      { ...row, retrieved: "[\"it's\", 'say \"x\"', 'a\\'b', 'caf\\u00e9', '日本', '\\x41', '[z]']" },
      { ...row, retrieved: ['B1'] },
    ])
    expect(rejected).toEqual([])
    expect(retrieved.map((told) => told.ids)).toEqual([[], ["it's", 'say "x"', "a'b", 'café', '日本', 'A', '[z]'], ['B1']])
  })

  it('may hold lists as numpy prints them', () => {
    expect(entries("['B1' 'B2'\n 'B3']")).toEqual(['B1', 'B2', 'B3'])
    expect(entries("array(['B1', \"it's\"], dtype=object)")).toEqual(['B1', "it's"])
    expect(entries("array(['B1' 'B2'])")).toEqual(['B1', 'B2'])
    expect(entries("['B1' 'B2' ... 'B9']")).toBeUndefined()
  })

  it('with a list that breaks off are rejected by column and value', () => {
    expect(
      hear([
        { ...row, retrieved: "['B1', 'B" },
        { ...row, target: '[}' },
        { ...row, retrieved: null },
      ]).rejected,
    ).toEqual([
      "1 retrieved: retrieved is \"['B1', 'B\", which is no list of product ids; store the file again",
      '2 target: target is "[}", which is no list of product ids; store the file again',
      '3 retrieved: retrieved is missing; a list of product ids is needed, [] for an empty ranking',
    ])
  })
})

describe('generations and texts for training', () => {
  it('are outputs by row of the test file, as they were written', () => {
    const heard = hear(
      [
        { [KEY]: '0', generated_text: ' <think>a</think> "x"', target: "['B1']" },
        { [KEY]: '1', generated_text: '', target: 'B2' },
        { [KEY]: '2', generated_text: null },
      ],
      { container: 'json' },
    )
    expect(heard.output).toEqual([
      { queryId: '0', text: ' <think>a</think> "x"', targets: ['B1'] },
      { queryId: '1', text: '', targets: ['B2'] },
    ])
    expect(heard.rejected).toEqual(['3 generated_text: generated_text is "null"; the model\'s output is needed as a text, "" for an empty one'])
  })

  it('a chat in one text is told as prompt and output, with the query that the prompt quotes', () => {
    const prompt = '<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nBelow:\n```led race wire```\nShow<|im_end|>\n<|im_start|>assistant\n'
    expect(
      hear([{ text: `${prompt}Let me think.<|im_end|>`, __index_level_0__: 3n }, { text: 'plain words' }], { container: 'parquet' }).output,
    ).toEqual([
      { queryId: '0', text: 'Let me think.', prompt, query: 'led race wire' },
      { queryId: '1', text: 'plain words' },
    ])
  })
})

describe('BEIR', () => {
  it('documents are products, queries have their ids, qrels are graded and relevant from 1', () => {
    expect(hear([{ _id: 'd1', title: '', text: 'Some <b>text</b>', metadata: {} }]).product).toEqual([
      { id: 'd1', title: '', description: 'Some <b>text</b>', bullets: '', brand: '', color: '' },
    ])
    expect(hear([{ _id: 'q1', text: 'a question', metadata: { url: 'x' } }]).query).toEqual([{ id: 'q1', text: 'a question' }])
    const heard = hear(
      [
        { 'query-id': 'q1', 'corpus-id': 'd1', score: '2' },
        { 'query-id': 'q1', 'corpus-id': 'd2', score: '0' },
        { 'query-id': 'q1', 'corpus-id': 'd3', score: 'high' },
      ],
      { container: 'tsv' },
    )
    expect(heard.judgement).toEqual([
      { queryId: 'q1', productId: 'd1', label: 'E', grade: 2 },
      { queryId: 'q1', productId: 'd2', label: 'I', grade: 0 },
    ])
    expect(heard.rejected).toEqual(['3 score: the grade is "high"; a number is needed, 1 and more for relevant'])
  })
})

describe('TREC', () => {
  const QRELS = ['qid', 'iter', 'docid', 'rel']
  const RUN = ['qid', 'iter', 'docid', 'rank', 'score', 'tag']
  const line = (names: readonly string[], fields: string): Row => Object.fromEntries(fields.split(' ').map((field, i) => [names[i]!, field]))
  const tabs = (fields: string): Row => Object.fromEntries(fields.split(' ').entries())

  it('qrels are graded judgements, negative grades too, between spaces or tabs', () => {
    expect(hear([line(QRELS, '1 0 d -1')], { container: 'trec' }).judgement).toEqual([{ queryId: '1', productId: 'd', label: 'I', grade: -1 }])
    expect(hear([tabs('1 0 d 3')], { container: 'tsv' }).judgement).toEqual([{ queryId: '1', productId: 'd', label: 'E', grade: 3 }])
  })

  it('runs are rankings line by line', () => {
    const heard = hear([line(RUN, 'r0 Q0 B1 1 92.685989 lucene'), line(RUN, 'r0 Q0 B2 2 -1e3 lucene')], { container: 'trec' })
    expect(heard.retrieved).toEqual([
      { queryId: 'r0', ids: ['B1'], scores: [92.685989] },
      { queryId: 'r0', ids: ['B2'], scores: [-1000] },
    ])
    expect(hear([tabs('r0 Q0 B1 1 2.5 lucene')], { container: 'tsv' }).retrieved).toHaveLength(1)
  })

  it('lines with another thing where grade or score belong are rejected in a file known by its first lines, and claim no file', () => {
    const rejected: string[] = []
    const sink = {
      reject: (at: { row: number }, column: string, reason: string) => {
        rejected.push(`${at.row} ${column}: ${reason}`)
      },
    } as unknown as Sink
    TREC_RUN.read(line(RUN, 'r0 Q0 B2 2 x lucene'), { file: 'f', row: 21 }, sink)
    TREC_QRELS.read(line(QRELS, '1 0 d high'), { file: 'f', row: 22 }, sink)
    expect(rejected).toEqual([
      '21 score: the score is "x"; a number is needed (a run\'s line is: query, Q0, document, rank, score, name)',
      '22 rel: the grade is "high"; a number is needed, 1 and more for relevant',
    ])
    expect(claims([line(RUN, 'r0 Q0 B2 2 x lucene')], 'trec')).toEqual([])
  })
})
