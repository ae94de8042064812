// Checks the way of files into the store: recognised, confirmed, read, understood; and that nothing is left of what was given up.
import { expect, test } from 'vitest'
import type { ReadOptions, Recognised } from '../../client/ingest.ts'
import { createAdding, onlyResults, readFault, type AddingClient } from './adding.ts'
import { ESCI_REC_R1 } from './files.ts'

const file = (name: string, text = name): File => new File([text], name, { lastModified: 1 })
const report = { rejectedCount: 0 } as Awaited<ReturnType<AddingClient['store']['report']>>

function recognise({ name, size }: File): Recognised {
  const unknown = name.startsWith('table')
  const role = unknown ? 'unknown' : name.startsWith('results') ? 'results' : 'products'
  const format = unknown ? 'table' : role === 'results' ? 'Rec-R1 results' : 'ESCI products'
  return {
    file: name, bytes: size, container: 'csv', gzip: false, format, role, columns: ['sku'], samples: [],
    ...(unknown ? { suggested: { role: 'products', columns: { id: 'sku' } } as const } : {}),
  }
}

function open(over: Partial<AddingClient> = {}) {
  const read: ReadOptions[] = []
  const removed: string[] = []
  const adding = createAdding({
    store: {
      list: () => Promise.resolve([]), report: () => Promise.resolve(report), persist: () => Promise.resolve(true),
      remove: (hash) => Promise.resolve(void removed.push(hash)), rejections: (hash) => Promise.resolve(new Blob([hash])),
    },
    recogniseFiles: (files) => Promise.resolve(files.map(recognise)),
    readFiles: (_, options) => Promise.resolve((read.push(options), 'hash')),
    checkResults: (files) => Promise.resolve(files.map(({ name }) => ({ file: name, fault: 'nothing to measure' }))),
    fetchFile: (address) => Promise.resolve(file(address)),
    ...over,
  })
  return { adding, read, removed }
}

test('files are recognised and wait; nothing is read before the person says so', async () => {
  const { adding, read } = open()
  await adding.addFiles([file('a.csv'), file('b.csv')])
  expect(adding.getState()).toMatchObject({ open: true, recognised: [{ file: 'a.csv' }, { file: 'b.csv' }], understood: undefined })
  expect(read).toEqual([])
  adding.setFilter(ESCI_REC_R1)
  await adding.read()
  expect(read).toMatchObject([{ name: 'a + b', filter: ESCI_REC_R1 }])
  expect(adding.getState()).toMatchObject({ understood: { hash: 'hash', name: 'a + b', known: false }, doing: undefined })
})

test('files that come later join those that wait; the same file is not added twice, and namesakes are told apart', async () => {
  const { adding } = open()
  await adding.addFiles([file('part.csv.gz', 'one')])
  await adding.addFiles([file('part.csv.gz', 'one'), file('part.csv.gz', 'other')])
  expect(adding.getState().recognised.map(({ file: name }) => name)).toEqual(['part.csv.gz', 'part (2).csv.gz'])
  adding.leaveOut('part.csv.gz')
  expect(adding.getState().files.map(({ name }) => name)).toEqual(['part (2).csv.gz'])
})

test('an unknown table is not read before its mapping is whole', async () => {
  const { adding, read } = open()
  await adding.addFiles([file('table.csv')])
  expect(readFault(adding.getState())).toBe('table.csv: say which column holds the title or the description, or which hold numbers or tags of products in another file')
  await adding.read()
  expect(adding.getState().failure).toContain('table.csv')
  adding.setMapping('table.csv', { role: 'products', columns: { id: 'sku', title: 'name' } })
  await adding.read()
  expect(read[0]?.mappings).toEqual({ 'table.csv': { role: 'products', columns: { id: 'sku', title: 'name' } } })
})

test('a refused file leaves those that wait as they were', async () => {
  const { adding } = open({
    recogniseFiles: (files) => (files[0]!.name === 'bad' ? Promise.reject(new Error('file bad is empty')) : Promise.resolve(files.map(recognise))),
  })
  await adding.addFiles([file('a.csv')])
  await adding.addFiles([file('bad')])
  expect(adding.getState()).toMatchObject({ failure: 'file bad is empty', recognised: [{ file: 'a.csv' }] })
})

test('a cancelled read says so and keeps the files to be read again', async () => {
  const { adding } = open({
    readFiles: (_, { signal }) => new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('reading was cancelled; nothing of these files was kept')))
    }),
  })
  await adding.addFiles([file('a.csv')])
  const reading = adding.read()
  await new Promise((resolve) => { setTimeout(resolve) })
  expect(adding.getState().doing).toMatchObject({ phase: 'reading', what: 'a' })
  adding.cancel()
  await reading
  expect(adding.getState()).toMatchObject({
    doing: undefined, recognised: [{ file: 'a.csv' }], failure: 'reading was cancelled; nothing of these files was kept',
  })
})

test('a read goes on behind a closed sheet, and files that come meanwhile do not end it', async () => {
  let finish: (hash: string) => void = () => undefined
  const { adding } = open({ readFiles: () => new Promise((resolve) => { finish = resolve }) })
  await adding.addFiles([file('a.csv')])
  const reading = adding.read()
  await new Promise((resolve) => { setTimeout(resolve) })
  adding.close()
  expect(adding.getState()).toMatchObject({ open: false, doing: { what: 'a' } })
  await adding.addFiles([file('b.csv')])
  expect(adding.getState()).toMatchObject({
    open: true, failure: 'a is being read; wait for it or cancel it, then add other files', recognised: [{ file: 'a.csv' }],
  })
  adding.close()
  finish('hash')
  await reading
  expect(adding.getState()).toMatchObject({ open: false, doing: undefined, understood: { name: 'a' } })
})

test('discarding frees what was read, unless it was stored before', async () => {
  const { adding, removed } = open()
  await adding.addFiles([file('a.csv')])
  await adding.read()
  await adding.discard()
  expect([removed, adding.getState().open]).toEqual([['hash'], false])
  const again = open()
  const known = open({
    store: {
      list: () => Promise.resolve([{ hash: 'hash', name: 'a', products: 1, queries: 1, users: 0, bytes: 1, readAt: 0 }]),
      report: () => Promise.resolve(report), persist: () => Promise.resolve(true),
      remove: () => Promise.reject(new Error('removed')), rejections: () => Promise.resolve(new Blob()),
    },
  })
  await known.adding.addFiles([file('a.csv')])
  await known.adding.read()
  expect(known.adding.getState().understood?.known).toBe(true)
  await known.adding.discard()
  expect(known.adding.getState()).toMatchObject({ open: false, failure: undefined })
  await again.adding.addFiles([file('a.csv')])
  await again.adding.read()
  again.adding.close()
  expect(again.removed).toEqual([])
})

test('files of results alone are measured, and nothing is stored', async () => {
  const { adding, read } = open()
  await adding.addFiles([file('results_a.json')])
  expect(onlyResults(adding.getState().recognised)).toBe(true)
  await adding.read()
  expect(read).toEqual([])
  expect(adding.getState()).toMatchObject({ understood: undefined, checks: [{ file: 'results_a.json', fault: 'nothing to measure' }] })
})
