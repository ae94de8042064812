// Checks how files of other systems are read, matched to judged queries and kept.
import { describe, expect, test } from 'vitest'
import type { JudgedQuery } from '../../src/domain/dataset.ts'
import { readEntries } from './entries.ts'
import { matchEntries } from './match.ts'
import { SourceStore, type SourceShelf, type World } from './service.ts'

const file = (name: string, text: string): File => new File([text], name)
const query = (id: string, text: string, ...exact: string[]): JudgedQuery => ({
  id, text, split: 'test', judgements: [...exact.map((productId) => ({ productId, label: 'E' as const })), { productId: 'other', label: 'I' as const }],
})
const QUERIES = [query('10', 'Oculus Rift S', 'A', 'B'), query('11', 'bintendo switch', 'C'), query('12', 'ps4 pro', 'C'), query('13', 'mug', 'M')]

const JSONL = [
  { query_id: 10, query: 'oculus rift s', output: '<think>vr</think><answer>{"query": "oculus vr"}</answer>' },
  { query_id: 99, query: '  BINTENDO   switch ', output: 'nintendo switch' },
  { query_id: 98, query: 'nobody asked this', output: 'x' },
].map((row) => JSON.stringify(row)).join('\n')

describe('outputs', () => {
  test('are read from JSON lines and met by id, then by words; the first that meets nobody is named', async () => {
    const { kind, entries } = await readEntries(file('gpt.jsonl', JSONL))
    expect([kind, entries.length]).toEqual(['outputs', 3])
    const { byQuery, report } = matchEntries(entries, QUERIES)
    expect([...byQuery]).toEqual([['10', 0], ['11', 1]])
    expect(report).toEqual({
      entries: 3, matched: 2, by: { id: 1, text: 1, targets: 0 }, ambiguous: 0, judged: 4,
      firstUnmatched: { named: '98 (nobody asked this)', why: 'no judged query has this id or this text' },
    })
  })

  test('are read from a table by whatever its columns call them; a row without a text is refused by row and column', async () => {
    const { entries, refused, repeated } = await readEntries(file('rewrites.csv', 'qid,rewritten_query\n10,"vr, headset"\n10,again\n,orphan\n11,switch console\n'))
    expect(entries.map(({ queryId, output }) => [queryId, output])).toEqual([['10', 'vr, headset'], ['11', 'switch console']])
    expect([repeated, refused]).toEqual([1, { count: 1, first: { row: 3, column: 'query_id', reason: expect.stringContaining('neither a query id nor a query stands here') as string } }])
  })

  test('of Rec-R1’s generations are met by their relevant products: their row numbers are no ids', async () => {
    const generations = {
      10: { generated_text: 'rift', target: "['B', 'A', 'A']" },
      11: { generated_text: 'first of C', target: "['C']" },
      12: { generated_text: 'second of C', target: "['C']" },
      13: { generated_text: 'third of C', target: "['C']" },
    }
    const { entries } = await readEntries(file('Rec-R1-esci_Video_Games.json', JSON.stringify(generations)))
    const { byQuery, report } = matchEntries(entries, QUERIES)
    // two queries have the same product: they come in the order of the file
    expect([...byQuery].map(([id, place]) => [id, entries[place]!.output])).toEqual([['10', 'rift'], ['11', 'first of C'], ['12', 'second of C']])
    expect([report.by.targets, report.ambiguous]).toEqual([3, 2])
    expect(report.firstUnmatched).toEqual({ named: '13', why: 'no judged query has these relevant products' })
  })

  test('of equal relevant products go to the query that they say, else to the test queries before those of training', () => {
    const training = { ...query('1', 'case', 'P'), split: 'train' as const }
    const entry = (queryId: string, said: string) => ({ queryId, query: said, targets: ['P'], numbered: true, output: queryId })
    const queries = [training, query('2', 'phone case', 'P'), query('3', 'iphone case', 'P')]
    const { byQuery, report } = matchEntries([entry('0', ''), entry('1', 'Phone  Case')], queries)
    expect(byQuery).toEqual(new Map([['2', 1], ['3', 0]]))
    expect(report).toMatchObject({ by: { targets: 2 }, ambiguous: 1 })
  })

  test('of a file that holds none are refused with what is needed', async () => {
    await expect(readEntries(file('products.csv', 'product_id,title\nB1,mug\n'))).rejects.toThrow(/^file products.csv holds no answers to queries; give a TREC run/)
    await expect(readEntries(file('empty.csv', 'query_id,output\n,\n'))).rejects.toThrow(/^file empty.csv row 1, query_id: neither a query id/)
  })
})

describe('rankings', () => {
  test('of a TREC run are ordered by score, equal ones as they stand, a product told twice at its better place', async () => {
    const { kind, entries } = await readEntries(file('bm25.run', '10 Q0 A 1 1.5 x\n10 Q0 B 2 9 x\n11 Q0 C 1 2 x\n10 Q0 D 3 1.5 x\n10 Q0 A 4 0.1 x\n'))
    expect(kind).toBe('run')
    expect(entries.map(({ queryId, ranking }) => [queryId, ranking?.ids, ranking?.scores])).toEqual([['10', ['B', 'A', 'D'], [9, 1.5, 1.5]], ['11', ['C'], [2]]])
  })

  test('of Rec-R1’s result files keep their order', async () => {
    const results = { '0_rift': { id: '0', retrieved: "['Z', 'A']", target: "['A', 'B']", 'ndcg@100': 0.4 } }
    const { kind, entries } = await readEntries(file('query_metric_results.json', JSON.stringify(results)))
    expect([kind, entries[0]?.ranking?.ids]).toEqual(['run', ['Z', 'A']])
    expect([...matchEntries(entries, QUERIES).byQuery]).toEqual([['10', 0]])
  })
})

class MemoryShelf implements SourceShelf {
  readonly folders = new Map<string, Map<string, string>>()
  names(): Promise<string[]> { return Promise.resolve([...this.folders.keys()]) }
  read(name: string, of: string): Promise<string | undefined> { return Promise.resolve(this.folders.get(name)?.get(of)) }
  write(name: string, of: string, text: string): Promise<void> {
    this.folders.set(name, (this.folders.get(name) ?? new Map<string, string>()).set(of, text))
    return Promise.resolve()
  }
  remove(name: string, of?: string): Promise<void> {
    if (of === undefined) this.folders.delete(name)
    else this.folders.get(name)?.delete(of)
    return Promise.resolve()
  }
}

function world(shelf: MemoryShelf, over: Partial<World> = {}): World & { readonly forgotten: unknown[] } {
  const forgotten: unknown[] = []
  return { shelf, queries: () => Promise.resolve(QUERIES), now: () => 5, alone: (work) => work(), forget: (...said) => Promise.resolve(void forgotten.push(said)), forgotten, ...over }
}

describe('the store of sources', () => {
  test('keeps what a file says, so that another page’s store answers the same; the same file is not kept twice', async () => {
    const shelf = new MemoryShelf()
    const kept = await new SourceStore(world(shelf)).keep(file('gpt.jsonl', JSONL))
    expect(kept).toMatchObject({ kind: 'outputs', title: 'gpt', file: 'gpt.jsonl', queries: 3, repeated: 0, refused: { count: 0 } })
    const later = new SourceStore(world(shelf, { now: () => 9 }))
    expect(await later.keep(file('copy.jsonl', JSONL))).toEqual(kept)
    expect(await later.list()).toEqual([kept])
    expect(await later.answers(kept.id, 'hash', [{ id: '12', text: 'ps4 pro' }, { id: '11', text: 'bintendo switch' }])).toEqual([undefined, { kind: 'text', text: 'nintendo switch' }])
  })

  test('answers a typed text by its words, and nothing that a numbered file’s rewrite happens to say', async () => {
    const store = new SourceStore(world(new MemoryShelf()))
    const { id } = await store.keep(file('gpt.jsonl', JSONL))
    expect(await store.answers(id, 'hash', [{ text: 'Nobody asked  this' }])).toEqual([{ kind: 'text', text: 'x' }])
    const results = await store.keep(file('results.json', JSON.stringify({ '0_mug rewritten': { retrieved: "['Z']", target: "['M']" } })))
    expect(await store.answers(results.id, 'hash', [{ text: 'mug rewritten' }, { id: '13', text: 'mug' }])).toEqual([undefined, { kind: 'ranking', ids: ['Z'], scores: [0] }])
  })

  test('removes a source with all that it kept, and of a model what no other of its kind still needs', async () => {
    const shelf = new MemoryShelf()
    const own = world(shelf)
    const store = new SourceStore(own)
    const reference = { model: 'a/b', from: 'hub', revision: 'main', mirror: '', dtype: 'q4', device: 'wasm' } as const
    const [q4, graphics, q8] = [await store.keepModel('b q4', reference), await store.keepModel('b q4', { ...reference, device: 'webgpu' }), await store.keepModel('b q8', { ...reference, dtype: 'q8' })]
    await store.remove(q4.id)
    expect(own.forgotten).toEqual([])
    await store.remove(graphics.id)
    expect(own.forgotten).toEqual([[{ ...reference, device: 'webgpu' }, false]])
    await store.remove(q8.id)
    expect(own.forgotten.at(-1)).toEqual([{ ...reference, dtype: 'q8' }, true])
    expect(shelf.folders.size).toBe(0)
  })

  test('clears up and writes under one lock: what another tab is writing is no debris', async () => {
    const shelf = new MemoryShelf()
    let line: Promise<unknown> = Promise.resolve()
    const alone: World['alone'] = (work) => {
      const turn = line.then(work)
      line = turn.catch(() => undefined)
      return turn
    }
    const write = shelf.write.bind(shelf)
    shelf.write = async (...said) => {
      await new Promise((resolve) => { setTimeout(resolve, 5) })
      return write(...said)
    }
    const [here, there] = [new SourceStore(world(shelf, { alone })), new SourceStore(world(shelf, { alone }))]
    const [kept] = await Promise.all([here.keep(file('gpt.jsonl', JSONL)), there.list(), new Promise((resolve) => { setTimeout(resolve, 7) }).then(() => there.list())])
    expect(await there.answers(kept.id, 'hash', [{ id: '11', text: '' }])).toEqual([{ kind: 'text', text: 'nintendo switch' }])
  })

  test('is none the worse for debris, and says what to do where the disk is full', async () => {
    const shelf = new MemoryShelf()
    await shelf.write('outputs-1', 'entries.json', '[]')
    expect(await new SourceStore(world(shelf)).list()).toEqual([])
    expect(shelf.folders.size).toBe(0)
    shelf.write = () => Promise.reject(new DOMException('no space', 'QuotaExceededError'))
    await expect(new SourceStore(world(shelf)).keep(file('gpt.jsonl', JSONL))).rejects.toThrow(/^gpt could not be kept in this browser \(no space\); free space/)
  })
})
