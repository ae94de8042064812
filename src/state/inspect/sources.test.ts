// Checks what answers beside the policy: files matched to the open data set, frozen models opened when asked, and what is kept and said of both.
import { describe, expect, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import type { OpenFrozen, openFrozen } from '../../client/frozen.ts'
import type { FrozenReference, MatchReport, SourceRecord, SourcesService } from '../../client/sources.ts'
import { settingsOf } from '../../domain/config.ts'
import { renderPrompt } from '../../domain/prompt.ts'
import { createSources, PENDING, type AskedQuery, type SourcesWorld } from './sources.ts'

const REPORT: MatchReport = { entries: 3, matched: 2, by: { id: 2, text: 0, targets: 0 }, ambiguous: 0, judged: 5 }
const OUTPUTS: SourceRecord = { id: 'outputs-1', kind: 'outputs', title: 'gpt', addedAt: 1, file: 'gpt.jsonl', format: 'outputs by query', queries: 3, repeated: 0, refused: { count: 0 } }
const HUB: FrozenReference = { model: 'someone/small', from: 'hub', revision: 'main', mirror: '', dtype: 'q4', device: 'wasm' }

function fakeModel(say: (prompt: string) => string | Promise<string>) {
  const seen = { opened: 0, closed: 0, prompts: [] as string[] }
  const open: typeof openFrozen = async (reference, files, { onProgress, signal }) => {
    await Promise.resolve()
    if (reference.model === 'slow/model') await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
    if (reference.model === 'bad/model') throw new Error('bad/model has no ONNX')
    if (reference.from === 'folder' && files === undefined) throw new Error('no files')
    onProgress?.({ what: 'onnx/model_q4.onnx', bytes: 1, of: 2 })
    seen.opened++
    const model: OpenFrozen = {
      info: { bytes: 100, ownTemplate: false }, cancel: () => undefined, failed: new Promise(() => undefined), close: () => void seen.closed++,
      generate: async (prompts) => {
        seen.prompts.push(...prompts)
        return Promise.all(prompts.map(async (prompt) => ({ ids: [1], stop: 'token' as const, text: await say(prompt) })))
      },
    }
    return model
  }
  return { seen, open }
}

/** What a source is asked: product search's own prompt. */
const ask = (text: string, id?: string): AskedQuery => ({ ...(id === undefined ? {} : { id }), text, prompt: renderPrompt(text, settingsOf('sample')) })

function page(kept: SourceRecord[] = [], say: (prompt: string) => string | Promise<string> = () => 'a</think><answer>{"query": "better words"}</answer>') {
  const records = [...kept]
  const client: SourcesService = {
    list: () => Promise.resolve([...records]),
    recognise: (file) => Promise.resolve(file.name.endsWith('.jsonl') ? 'outputs' : undefined),
    keep: (file) => {
      if (file.name === 'bad.jsonl') return Promise.reject(new Error('file bad.jsonl row 1, output: there is no output'))
      const record = { ...OUTPUTS, id: `outputs-${file.name}`, title: file.name, file: file.name }
      if (!records.some(({ id }) => id === record.id)) records.push(record)
      return Promise.resolve(record)
    },
    keepModel: (title, reference) => {
      const record: SourceRecord = { id: `frozen-${title}`, kind: 'frozen', title, addedAt: 2, reference }
      if (!records.some(({ id }) => id === record.id)) records.push(record)
      return Promise.resolve(record)
    },
    remove: (id) => {
      records.splice(records.findIndex((record) => record.id === id), 1)
      return Promise.resolve()
    },
    match: (_, hash) => (hash === 'damaged' ? Promise.reject(new Error('the data set is damaged')) : Promise.resolve(REPORT)),
    answers: (_, hash, queries) => Promise.resolve(queries.map(({ text }) => (text === 'mug' ? { kind: 'text' as const, text: `<think>b</think><answer>{"query": "${hash}"}</answer>` } : undefined))),
  }
  const model = fakeModel(say)
  const library = createStore<{ shop: { dataset: { hash: string } } | undefined }>(() => ({ shop: undefined }))
  const settings = settingsOf('sample')
  const sources = createSources({ client, openFrozen: model.open, library: library as unknown as SourcesWorld['library'], settings: () => settings })
  const openShop = (hash: string): void => library.setState({ shop: { dataset: { hash } } })
  return { sources, openShop, records, seen: model.seen }
}

describe('files of other systems', () => {
  test('that were kept before are listed and matched when a data set opens, and again when another does', async () => {
    const { sources, openShop } = page([OUTPUTS])
    expect(sources.getState().list).toEqual([])
    openShop('one')
    await vi.waitFor(() => expect(sources.getState().matches.get('outputs-1')).toEqual({ is: 'matched', ...REPORT }))
    const [source] = sources.getState().list
    expect([source?.title, source?.note, source?.queries()]).toEqual(['gpt', 'outputs for 3 queries of gpt.jsonl (outputs by query)', 2])
    openShop('damaged')
    await vi.waitFor(() => expect(sources.getState().matches.get('outputs-1')).toEqual({ is: 'failed', reason: 'the data set is damaged' }))
    expect(source?.queries()).toBeUndefined()
  })

  test('answer one query or many, read as outputs are; what they do not know is absent, and why', async () => {
    const { sources, openShop } = page([OUTPUTS])
    openShop('one')
    await vi.waitFor(() => expect(sources.getState().list).toHaveLength(1))
    const source = sources.getState().list[0]!
    expect(await source.answer(ask('mug', '1'))).toEqual({ kind: 'text', output: '<think>b</think><answer>{"query": "one"}</answer>', rewrite: 'one', thought: 'b' })
    expect(await source.answer(ask('lamp'))).toEqual({ kind: 'absent', reason: 'gpt says nothing to “lamp”' })
    const told: number[] = []
    const all = await source.answerAll(Array.from({ length: 1200 }, (_, at) => ask(at % 2 === 0 ? 'mug' : 'lamp')), (done) => told.push(done))
    expect([all.length, all.filter(({ kind }) => kind === 'text').length, told]).toEqual([1200, 600, [500, 1000, 1200]])
    await expect(source.answerAll([ask('mug')], undefined, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
  })

  test('are taken one by one: what one is wrong with is said, the others are kept, and the same is not taken twice', async () => {
    const { sources, openShop, records } = page()
    openShop('one')
    await sources.addFiles([new File([''], 'a.jsonl'), new File([''], 'bad.jsonl'), new File([''], 'a.jsonl')])
    expect(sources.getState()).toMatchObject({ doing: undefined, failure: 'file bad.jsonl row 1, output: there is no output. a.jsonl says the same as a.jsonl, which is here already' })
    expect(sources.getState().list.map(({ title }) => title)).toEqual(['a.jsonl'])
    await sources.remove('outputs-a.jsonl')
    expect([sources.getState().list, records]).toEqual([[], []])
  })

  test('that are dropped are taken where all of them compare; anything else is left to others', async () => {
    const { sources, openShop } = page()
    openShop('one')
    expect(await sources.takeDropped([new File([''], 'a.jsonl'), new File([''], 'products.parquet')])).toBe(false)
    expect(sources.getState().open).toBe(false)
    expect(await sources.takeDropped([new File([''], 'a.jsonl')])).toBe(true)
    expect(sources.getState()).toMatchObject({ open: true, list: [{ title: 'a.jsonl' }] })
  })
})

const inFolder = (path: string, text = '{}'): File => Object.defineProperty(new File([text], path.split('/').at(-1)!), 'webkitRelativePath', { value: path })
const FOLDER = [inFolder('mine/config.json', '{"architectures":["Qwen2ForCausalLM"]}'), inFolder('mine/tokenizer.json'), inFolder('mine/tokenizer_config.json'), inFolder('mine/onnx/model_fp16.onnx', 'weights')]

describe('a frozen model', () => {
  test('is kept once it runs, answers with the policy’s prompt, and is asked the same thing once', async () => {
    const { sources, openShop, seen, records } = page()
    openShop('one')
    await sources.addModel(HUB)
    expect(records.map(({ title }) => title)).toEqual(['small q4'])
    const source = sources.getState().list[0]!
    expect([source.note, sources.getState().models.get(source.id)?.is, source.queries()]).toEqual(['frozen q4 on wasm, from the hub', 'ready', undefined])
    expect(await source.answer(ask('mug'))).toEqual({ kind: 'text', output: 'a</think><answer>{"query": "better words"}</answer>', rewrite: 'better words', thought: 'a' })
    await source.answer(ask('mug'))
    expect(seen.prompts).toHaveLength(1)
    expect(seen.prompts[0]).toContain('mug')
    sources.closeModel(source.id)
    await vi.waitFor(() => expect(seen.closed).toBe(1))
    await source.answer(ask('lamp'))
    expect(seen.opened).toBe(2)
    await sources.remove(source.id)
    await vi.waitFor(() => expect([seen.closed, sources.getState().list]).toEqual([2, []]))
  })

  test('that cannot be opened is not kept, and the sentence stays', async () => {
    const { sources, openShop, records } = page()
    openShop('one')
    await sources.addModel({ ...HUB, model: 'bad/model' })
    expect([records, sources.getState().failure, sources.getState().models.has(PENDING)]).toEqual([[], 'bad/model has no ONNX', false])
  })

  test('whose opening is cancelled leaves nothing, and no complaint', async () => {
    const { sources, openShop, records } = page()
    openShop('one')
    const adding = sources.addModel({ ...HUB, model: 'slow/model' })
    await vi.waitFor(() => expect(sources.getState().models.get(PENDING)?.is).toBe('opening'))
    sources.cancel()
    await adding
    expect([records, sources.getState().failure, sources.getState().doing]).toEqual([[], undefined, undefined])
  })

  test('of a folder says after a reload that the folder has to be given again, and answers when it is', async () => {
    const reference: FrozenReference = { model: 'mine', from: 'folder', revision: '', mirror: '', dtype: 'fp16', device: 'wasm' }
    const { sources, openShop } = page([{ id: 'frozen-mine fp16', kind: 'frozen', title: 'mine fp16', addedAt: 2, reference }])
    openShop('one')
    await vi.waitFor(() => expect(sources.getState().models.get('frozen-mine fp16')).toEqual({ is: 'absent' }))
    const before = sources.getState().list
    expect(await before[0]!.answer(ask('mug'))).toMatchObject({ kind: 'absent', reason: expect.stringContaining('has to be given again') as string })
    expect(await sources.offerFolder(FOLDER)).toBe(true)
    expect(sources.getState().offered).toMatchObject({ name: 'mine', dtypes: ['fp16'] })
    await sources.addModel(reference)
    // another source of the same id: whoever asked in vain asks again
    expect(sources.getState().list).not.toBe(before)
    expect(sources.getState().list).toHaveLength(1)
    expect(await sources.getState().list[0]!.answer(ask('mug'))).toMatchObject({ rewrite: 'better words' })
    expect(sources.getState().offered).toBeUndefined()
  })

  test('is offered of no folder that holds none', async () => {
    const { sources } = page()
    expect(await sources.offerFolder(FOLDER.filter(({ name }) => !name.endsWith('.onnx')))).toBe(false)
    const encoder = [inFolder('mini/config.json', '{"architectures":["BertModel"]}'), inFolder('mini/onnx/model.onnx')]
    expect(await sources.offerFolder(encoder)).toBe(false)
  })

  test('answers many one after another until it is told to stop', async () => {
    const stop = new AbortController()
    let asked = 0
    const { sources, openShop } = page([], () => {
      if (++asked === 3) stop.abort(new Error('enough'))
      return '<answer>{"query": "x"}</answer>'
    })
    openShop('one')
    await sources.addModel(HUB)
    const told: number[] = []
    const all = sources.getState().list[0]!.answerAll(Array.from({ length: 9 }, (_, at) => ask(`query ${at}`)), (done) => told.push(done), stop.signal)
    await expect(all).rejects.toThrow('enough')
    expect([asked, told]).toEqual([3, [1, 2, 3]])
  })
})
